package io.varve.format;

import java.util.Locale;
import java.util.OptionalLong;

/**
 * The names of a log's files. Each carries the epoch of the writer that made it, so that no two
 * writers ever want the same name and none is used twice.
 */
public final class FileNames {

  private static final String MANIFEST_SUFFIX = ".manifest";
  private static final String POINT_SUFFIX = ".point";

  private static final int DIGITS = 20;

  private FileNames() {}

  /**
   * The name of a segment.
   *
   * @param rewrite which of the segments that compaction wrote in that epoch, 0 for one that was
   *     appended
   */
  public static String segment(long firstOffset, long epoch, int rewrite) {
    return stem(firstOffset, epoch, rewrite) + ".log";
  }

  /** Whether a file of that name is a segment. */
  public static boolean isSegment(String name) {
    return name.endsWith(".log");
  }

  public static String index(long firstOffset, long epoch, int rewrite, long indexEpoch) {
    return stem(firstOffset, epoch, rewrite) + "-" + indexEpoch + ".idx";
  }

  private static String stem(long firstOffset, long epoch, int rewrite) {
    String stem = digits(firstOffset) + "-" + epoch;
    return rewrite == 0 ? stem : stem + "r" + rewrite;
  }

  /** By hand, since a log of many segments names them all whenever it is opened for writing. */
  private static String digits(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
  }

  public static String commit(long epoch) {
    return "commit-" + epoch;
  }

  public static String manifest(long number) {
    return digits(number) + MANIFEST_SUFFIX;
  }

  /** The name of the file of the schema with that fingerprint. */
  public static String schema(long fingerprint) {
    return String.format(Locale.ROOT, "%016x", fingerprint);
  }

  /** The fingerprint in a schema's name, or empty if {@code name} isn't one. */
  public static OptionalLong schemaFingerprint(String name) {
    return name.matches("[0-9a-f]{16}")
        ? OptionalLong.of(Long.parseUnsignedLong(name, 16))
        : OptionalLong.empty();
  }

  /** The number in a manifest's name, or empty if {@code name} isn't one. */
  public static OptionalLong manifestNumber(String name) {
    return number(name, MANIFEST_SUFFIX);
  }

  /** The name of a backup's point. */
  public static String point(long number) {
    return digits(number) + POINT_SUFFIX;
  }

  /** The number in a point's name, or empty if {@code name} isn't one. */
  public static OptionalLong pointNumber(String name) {
    return number(name, POINT_SUFFIX);
  }

  private static OptionalLong number(String name, String suffix) {
    if (!name.endsWith(suffix)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(name.substring(0, name.length() - suffix.length())));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
