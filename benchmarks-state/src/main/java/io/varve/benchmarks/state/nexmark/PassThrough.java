package io.varve.benchmarks.state.nexmark;

import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Query 0: all bids, by auction as in other queries, and no state: what generator, serializers and
 * network allow.
 */
final class PassThrough {

  private PassThrough() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.bids(events).keyBy(bid -> bid.auction).map(PassThrough::row);
  }

  static Change row(Bid bid) {
    return Change.of(bid.id, bid.auction, bid.bidder, bid.price);
  }
}
