package io.varve.examples.input;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads releases out of a changelog in the format of Debian Policy 4.4: an entry opens with {@code
 * package (version) distributions; metadata} in the first column and closes with a line {@code --
 * maintainer date}. Of the closing line only the date is read.
 *
 * <p>Old changelogs hold free text of every kind; a line that is neither is passed over.
 */
final class ChangelogParser {
  private static final Pattern OPENING =
      Pattern.compile(
          "(?<package>[a-zA-Z0-9][-+.a-zA-Z0-9]*) \\((?<version>[^() \\t]+)\\)"
              + "(?<distribution>(?:\\s+[-+.a-zA-Z0-9]+)+);(?<metadata>.*)");
  private static final Pattern URGENCY =
      Pattern.compile("(?:urgency|priority)=(\\w+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern DATE =
      Pattern.compile(
          "(?<day>\\d{1,2})\\s+(?<month>\\p{Alpha}{3})\\p{Alpha}*\\s+(?<year>\\d{4})"
              + "\\s+(?<hour>\\d{1,2}):(?<minute>\\d\\d):(?<second>\\d\\d)\\s+(?<zone>[+-]\\d{4})");
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private ChangelogParser() {}

  /**
   * Hands each release whose time is readable to {@code releases}, in the order of the file. A text
   * that does not begin with an entry is no such changelog, and is left at its first line.
   */
  static void parse(BufferedReader changelog, Consumer<Release> releases) throws IOException {
    String line = changelog.readLine();
    while (line != null && line.isBlank()) {
      line = changelog.readLine();
    }
    if (line == null || !OPENING.matcher(line).matches()) {
      return;
    }
    @Nullable Matcher entry = null;
    for (; line != null; line = changelog.readLine()) {
      if (line.startsWith(" -- ") && entry != null) {
        @Nullable OffsetDateTime released = date(line.substring(line.lastIndexOf('>') + 1));
        if (released != null) {
          releases.accept(release(entry, released));
        }
        entry = null;
      } else if (!line.isEmpty() && !Character.isWhitespace(line.charAt(0))) {
        Matcher opening = OPENING.matcher(line);
        entry = opening.matches() ? opening : null;
      }
    }
  }

  private static Release release(Matcher entry, OffsetDateTime released) {
    Matcher urgency = URGENCY.matcher(entry.group("metadata"));
    return new Release(
        entry.group("package"),
        entry.group("version"),
        entry.group("distribution").strip(),
        urgency.find() ? urgency.group(1).toLowerCase(Locale.ROOT) : "unknown",
        released.withOffsetSameInstant(ZoneOffset.UTC));
  }

  /** Null where the text holds no date; the day's name is not looked at, it is often wrong. */
  private static @Nullable OffsetDateTime date(String text) {
    Matcher date = DATE.matcher(text);
    if (!date.find()) {
      return null;
    }
    int month = MONTHS.indexOf(date.group("month").toLowerCase(Locale.ROOT)) + 1;
    try {
      return LocalDateTime.of(
              Integer.parseInt(date.group("year")),
              month,
              Integer.parseInt(date.group("day")),
              Integer.parseInt(date.group("hour")),
              Integer.parseInt(date.group("minute")),
              Integer.parseInt(date.group("second")))
          .atOffset(ZoneOffset.of(date.group("zone")));
    } catch (DateTimeException e) {
      return null; // A 31st of June, or month 0: not a date after all.
    }
  }
}
