package io.varve.benchmarks.state.nexmark;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;

/** A stream's events of one kind. */
final class Views {

  private Views() {}

  static DataStream<Person> persons(DataStream<Event> events) {
    return of(events, Person.class);
  }

  static DataStream<Auction> auctions(DataStream<Event> events) {
    return of(events, Auction.class);
  }

  static DataStream<Bid> bids(DataStream<Event> events) {
    return of(events, Bid.class);
  }

  private static <E extends Event> DataStream<E> of(DataStream<Event> events, Class<E> type) {
    FlatMapFunction<Event, E> view =
        (event, output) -> {
          if (type.isInstance(event)) {
            output.collect(type.cast(event));
          }
        };
    return events.flatMap(view).returns(TypeInformation.of(type));
  }
}
