package io.varve.examples.compare;

import org.jspecify.annotations.Nullable;

/**
 * One event that did not come back as it should.
 *
 * <p>Thread: immutable.
 *
 * @param what in words: which parts differ
 * @param expected null where there should be nothing
 * @param actual null where there is nothing
 */
public record Difference(
    Kind kind,
    int partition,
    String what,
    @Nullable PlacedEvent expected,
    @Nullable PlacedEvent actual) {

  /** How events can fail to come back. */
  public enum Kind {
    /** Expected, and not there. */
    LOST("lost"),
    /** There more often than expected. */
    DUPLICATED("duplicated"),
    /** There, but with other content or offset; or never expected at all. */
    DIFFERING("differing"),
    /** There, but after an event that should follow it. */
    OUT_OF_ORDER("out of order");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
