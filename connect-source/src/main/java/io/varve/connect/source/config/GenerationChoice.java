package io.varve.connect.source.config;

/**
 * Which generations of a stream are replayed. A generation ends when its topic is deleted and made
 * again, and offsets start anew in the next.
 *
 * @param kind whether {@code number} counts
 * @param number the generation for {@link Kind#NUMBER}, else 0
 */
public record GenerationChoice(Kind kind, int number) {

  /** How generations are chosen. */
  public enum Kind {
    /** The newest; when a newer one appears while following the tail, that one after it. */
    LATEST,
    /** All, oldest first. */
    ALL,
    /** One by its number. */
    NUMBER
  }

  /** The newest generation. */
  public static final GenerationChoice LATEST = new GenerationChoice(Kind.LATEST, 0);

  /** Every generation. */
  public static final GenerationChoice ALL = new GenerationChoice(Kind.ALL, 0);

  /** Reads {@code latest}, {@code all} or a number from 1; else IllegalArgumentException. */
  static GenerationChoice parse(String text) {
    String word = text.trim();
    if (word.equals("latest")) {
      return LATEST;
    }
    if (word.equals("all")) {
      return ALL;
    }
    int number = Integer.parseInt(word);
    if (number < 1) {
      throw new IllegalArgumentException(word);
    }
    return new GenerationChoice(Kind.NUMBER, number);
  }
}
