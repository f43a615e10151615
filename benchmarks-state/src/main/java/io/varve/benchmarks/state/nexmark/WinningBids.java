package io.varve.benchmarks.state.nexmark;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Query 9: the highest bid for each auction that was made before the auction's end. */
final class WinningBids {

  private WinningBids() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.auctions(events)
        .keyBy(auction -> auction.id)
        .connect(Views.bids(events).keyBy(bid -> bid.auction))
        .process(new Hammer());
  }

  static Change row(Auction auction, Bid bid) {
    return Change.of(
        auction.id,
        auction.seller,
        Change.column(auction.extra),
        bid.id,
        bid.bidder,
        bid.price,
        Change.column(bid.extra));
  }

  /** Of two that are as high, the one that came first. */
  private static boolean wins(Bid bid, Bid best) {
    return bid.price != best.price ? bid.price > best.price : LastBids.isLater(best, bid);
  }

  /**
   * Keeps an auction and its best bid until the auction ends. Bids may come before their auction by
   * what the watermark allows: they wait until then, and no longer.
   */
  private static final class Hammer extends KeyedCoProcessFunction<Long, Auction, Bid, Change> {

    private static final long serialVersionUID = 1;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient ValueState<@Nullable Auction> auctions;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient ValueState<@Nullable Bid> best;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient ListState<Bid> early;

    @Override
    public void open(OpenContext context) {
      auctions = getRuntimeContext().getState(new ValueStateDescriptor<>("auction", Auction.class));
      best = getRuntimeContext().getState(new ValueStateDescriptor<>("best", Bid.class));
      early = getRuntimeContext().getListState(new ListStateDescriptor<>("early", Bid.class));
    }

    @Override
    public void processElement1(Auction auction, Context context, Collector<Change> output)
        throws Exception {
      auctions.update(auction);
      for (Bid bid : early.get()) {
        consider(auction, bid);
      }
      early.clear();
      context.timerService().registerEventTimeTimer(auction.expires);
    }

    @Override
    public void processElement2(Bid bid, Context context, Collector<Change> output)
        throws Exception {
      Auction auction = auctions.value();
      if (auction == null) {
        early.add(bid);
        context.timerService().registerEventTimeTimer(bid.dateTime);
      } else {
        consider(auction, bid);
      }
    }

    private void consider(Auction auction, Bid bid) throws Exception {
      if (bid.dateTime < auction.dateTime || bid.dateTime > auction.expires) {
        return;
      }
      Bid other = best.value();
      if (other == null || wins(bid, other)) {
        best.update(bid);
      }
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Change> output)
        throws Exception {
      Auction auction = auctions.value();
      if (auction == null) {
        dropUntil(time);
      } else if (auction.expires == time) {
        Bid bid = best.value();
        if (bid != null) {
          output.collect(row(auction, bid));
        }
        auctions.clear();
        best.clear();
      }
    }

    /** No auction that began by then is still to come, so those bids were for one that is over. */
    private void dropUntil(long time) throws Exception {
      List<Bid> later = new ArrayList<>();
      for (Bid bid : early.get()) {
        if (bid.dateTime > time) {
          later.add(bid);
        }
      }
      early.update(later);
    }
  }
}
