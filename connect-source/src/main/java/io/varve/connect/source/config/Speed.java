package io.varve.connect.source.config;

/**
 * How fast events are replayed.
 *
 * @param factor of the original pace: 1 as it happened, 2 in half the time; {@link
 *     Double#POSITIVE_INFINITY} as fast as possible
 * @param gapMsMax the longest wait between two events in milliseconds, or -1 for no bound
 */
public record Speed(double factor, long gapMsMax) {

  /** As fast as possible. */
  public static final Speed MAX = new Speed(Double.POSITIVE_INFINITY, -1);

  /** Whether events are held back at all. */
  public boolean paced() {
    return factor != Double.POSITIVE_INFINITY;
  }

  /** Reads {@code max} or a factor above 0; else IllegalArgumentException. */
  static double parseFactor(String text) {
    String word = text.trim();
    if (word.equals("max")) {
      return Double.POSITIVE_INFINITY;
    }
    double factor = Double.parseDouble(word);
    if (!(factor >= 1e-6 && factor <= 1e9)) {
      throw new IllegalArgumentException(word);
    }
    return factor;
  }
}
