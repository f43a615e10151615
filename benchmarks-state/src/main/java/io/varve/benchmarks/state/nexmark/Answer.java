package io.varve.benchmarks.state.nexmark;

/**
 * What a query came to. Immutable.
 *
 * @param rows how many
 * @param hash the sum of their hashes
 */
public record Answer(long rows, long hash) {

  static final Answer NONE = new Answer(0, 0);

  Answer plus(Change change) {
    return new Answer(rows + change.rows, hash + change.hash);
  }

  @Override
  public String toString() {
    return "%d rows, hash %016x".formatted(rows, hash);
  }
}
