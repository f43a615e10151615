package io.varve.benchmarks.state.nexmark;

import java.util.EnumSet;
import java.util.Set;
import org.apache.flink.streaming.api.datastream.DataStream;

/** Nexmark's queries that are here, by its numbers. */
public enum Query {
  Q0(EnumSet.of(Kind.BID)),
  Q5(EnumSet.of(Kind.BID)),
  Q8(EnumSet.of(Kind.PERSON, Kind.AUCTION)),
  Q9(EnumSet.of(Kind.AUCTION, Kind.BID)),
  Q11(EnumSet.of(Kind.BID)),
  Q18(EnumSet.of(Kind.BID)),
  Q20(EnumSet.of(Kind.AUCTION, Kind.BID));

  private final Set<Kind> kinds;

  Query(Set<Kind> kinds) {
    this.kinds = kinds;
  }

  /** The kinds of events that it asks for; the generator makes no others. */
  Set<Kind> kinds() {
    return kinds;
  }

  /** How many events of all kinds it takes until so many are of those it asks for. */
  public long numbers(long events) {
    return Kind.numbers(events, kinds);
  }

  DataStream<Change> of(DataStream<Event> events) {
    return switch (this) {
      case Q0 -> PassThrough.of(events);
      case Q5 -> HotItems.of(events);
      case Q8 -> NewUsers.of(events);
      case Q9 -> WinningBids.of(events);
      case Q11 -> UserSessions.of(events);
      case Q18 -> LastBids.of(events);
      case Q20 -> ExpandedBids.of(events);
    };
  }
}
