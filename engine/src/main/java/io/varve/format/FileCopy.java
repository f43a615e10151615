package io.varve.format;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file as a backup holds it. The length and the checksum are part of the name that it has there,
 * so that two files of one name that differ stand beside each other.
 *
 * @param name what it is called in its store
 * @param bytes its length
 * @param crc the CRC32C of all of it
 */
public record FileCopy(String name, long bytes, int crc) {

  private static final Pattern STORED = Pattern.compile("(.+)\\.(\\d{1,18})\\.([0-9a-f]{8})");

  /** What it is called in the backup. */
  public String storedName() {
    return String.format(Locale.ROOT, "%s.%d.%08x", name, bytes, crc);
  }

  /** The copy of that name in a backup, or empty if it isn't one's. */
  public static Optional<FileCopy> ofStoredName(String stored) {
    Matcher matcher = STORED.matcher(stored);
    return matcher.matches()
        ? Optional.of(
            new FileCopy(
                matcher.group(1),
                Long.parseLong(matcher.group(2)),
                Integer.parseUnsignedInt(matcher.group(3), 16)))
        : Optional.empty();
  }
}
