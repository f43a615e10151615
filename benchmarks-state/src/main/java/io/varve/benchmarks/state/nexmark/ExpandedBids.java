package io.varve.benchmarks.state.nexmark;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Query 20: all bids with their auctions, of one category. Both sides are kept for good, as a join
 * without a bound on time has to.
 */
final class ExpandedBids {

  static final long CATEGORY = 10;

  private ExpandedBids() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.auctions(events)
        .filter(auction -> auction.category == CATEGORY)
        .keyBy(auction -> auction.id)
        .connect(Views.bids(events).keyBy(bid -> bid.auction))
        .process(new Join());
  }

  static Change row(Auction auction, Bid bid) {
    return Change.of(
        bid.id,
        bid.bidder,
        bid.price,
        Change.column(bid.extra),
        auction.id,
        auction.seller,
        Change.column(auction.itemName),
        Change.column(auction.extra));
  }

  private static final class Join extends KeyedCoProcessFunction<Long, Auction, Bid, Change> {

    private static final long serialVersionUID = 1;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient ValueState<@Nullable Auction> auctions;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient MapState<Long, Bid> bids;

    @Override
    public void open(OpenContext context) {
      auctions = getRuntimeContext().getState(new ValueStateDescriptor<>("auction", Auction.class));
      bids =
          getRuntimeContext().getMapState(new MapStateDescriptor<>("bids", Long.class, Bid.class));
    }

    @Override
    public void processElement1(Auction auction, Context context, Collector<Change> output)
        throws Exception {
      auctions.update(auction);
      for (Bid bid : bids.values()) {
        output.collect(row(auction, bid));
      }
    }

    @Override
    public void processElement2(Bid bid, Context context, Collector<Change> output)
        throws Exception {
      bids.put(bid.id, bid);
      Auction auction = auctions.value();
      if (auction != null) {
        output.collect(row(auction, bid));
      }
    }
  }
}
