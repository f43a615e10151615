package io.varve.examples.report;

import java.util.Locale;

/**
 * Writes one inline SVG picture. Looks come from the page's style sheet, by class names.
 *
 * <p>Thread: confined to its caller.
 */
public final class Svg {
  private final StringBuilder out = new StringBuilder();

  /**
   * Begins a picture.
   *
   * @param description what a reader who can't see the picture should know
   */
  public Svg(int width, int height, String description) {
    out.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(width, height, Html.escape(description)));
  }

  /** A rectangle, with a text that is shown when the pointer rests on it. */
  public Svg rect(String style, double x, double y, double width, double height, String title) {
    return add(
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">%s</rect>",
        style, x, y, Math.max(0, width), Math.max(0, height), title(title));
  }

  public Svg line(String style, double x1, double y1, double x2, double y2) {
    return add(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style, x1, y1, x2, y2);
  }

  /**
   * A text at a place.
   *
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  public Svg text(String style, String anchor, double x, double y, String text) {
    return add(
        "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
        style, anchor, x, y, Html.escape(text));
  }

  public Svg path(String style, String data, String title) {
    return add("<path class=\"%s\" d=\"%s\">%s</path>", style, data, title(title));
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }

  /** One corner of a path. */
  public static String point(char command, double x, double y) {
    return String.format(Locale.ROOT, "%c%.1f %.1f", command, x, y);
  }

  private static String title(String text) {
    return text.isEmpty() ? "" : "<title>" + Html.escape(text) + "</title>";
  }

  private Svg add(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    return this;
  }
}
