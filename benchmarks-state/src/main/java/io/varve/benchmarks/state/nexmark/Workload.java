package io.varve.benchmarks.state.nexmark;

import java.io.Serializable;

/**
 * What the generator makes. Immutable.
 *
 * @param numbers how many events of all kinds; a query that asks for some kinds sees only those
 * @param eventsPerSecond of event time
 * @param outOfOrderMs how much earlier than its neighbours an event may be
 * @param auctionsInFlight how far back bids reach, in auctions
 * @param personsActive how far back sellers and bidders reach, in persons
 * @param auctionMsMax how long an auction lasts at most
 * @param extraBytes of each event's extra text, on average
 */
public record Workload(
    long numbers,
    int eventsPerSecond,
    int outOfOrderMs,
    int auctionsInFlight,
    int personsActive,
    int auctionMsMax,
    int extraBytes)
    implements Serializable {

  /** Ten thousand events a second, each open to those of the last half minute or so. */
  public static Workload of(long numbers, int extraBytes) {
    return new Workload(numbers, 10_000, 500, 10_000, 10_000, 20_000, extraBytes);
  }

  /** The same with so many events. */
  public Workload withNumbers(long other) {
    return new Workload(
        other,
        eventsPerSecond,
        outOfOrderMs,
        auctionsInFlight,
        personsActive,
        auctionMsMax,
        extraBytes);
  }
}
