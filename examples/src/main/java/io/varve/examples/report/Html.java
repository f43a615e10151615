package io.varve.examples.report;

import java.util.Locale;

/** Text and numbers as the page writes them. */
public final class Html {
  private Html() {}

  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  public static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** For axes: 1,500 is {@code 1.5k}. */
  public static String shortNumber(double number) {
    if (number >= 1_000_000) {
      return trimmed(number / 1_000_000) + "M";
    }
    return number >= 1_000 ? trimmed(number / 1_000) + "k" : trimmed(number);
  }

  private static String trimmed(double number) {
    String text = String.format(Locale.ROOT, "%.1f", number);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
