package io.varve.benchmarks.state.nexmark;

import java.util.Set;

/** The kinds of events, and how many of each there are in a cycle of fifty. */
public enum Kind {
  PERSON(1),
  AUCTION(3),
  BID(46);

  static final int CYCLE = 50;

  private final int share;

  Kind(int share) {
    this.share = share;
  }

  /** The kind of that event. A cycle begins with its person, and ends with its bids. */
  static Kind of(long number) {
    int place = (int) (number % CYCLE);
    return place < PERSON.share ? PERSON : place < PERSON.share + AUCTION.share ? AUCTION : BID;
  }

  /** Of events with numbers from 0, how many must there be until so many are of those kinds? */
  static long numbers(long events, Set<Kind> kinds) {
    int share = kinds.stream().mapToInt(kind -> kind.share).sum();
    return (events + share - 1) / share * CYCLE;
  }

  /** Of so many events of all kinds, how many are of those? */
  static long count(long numbers, Set<Kind> kinds) {
    int share = kinds.stream().mapToInt(kind -> kind.share).sum();
    if (numbers % CYCLE != 0) {
      throw new IllegalArgumentException(numbers + " events are no whole cycles of " + CYCLE);
    }
    return numbers / CYCLE * share;
  }
}
