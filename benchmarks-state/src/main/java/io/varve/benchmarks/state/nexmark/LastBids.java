package io.varve.benchmarks.state.nexmark;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Query 18: the last bid of each bidder for each auction, as of now. */
final class LastBids {

  private LastBids() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.bids(events)
        .keyBy(bid -> Tuple2.of(bid.bidder, bid.auction), Types.TUPLE(Types.LONG, Types.LONG))
        .process(new KeepLast());
  }

  static Change row(Bid bid) {
    return Change.of(
        bid.bidder, bid.auction, bid.price, bid.dateTime, bid.id, Change.column(bid.extra));
  }

  /** Of two in the same millisecond, the one that was made later. */
  static boolean isLater(Bid bid, Bid other) {
    return bid.dateTime != other.dateTime ? bid.dateTime > other.dateTime : bid.id > other.id;
  }

  private static final class KeepLast
      extends KeyedProcessFunction<Tuple2<Long, Long>, Bid, Change> {

    private static final long serialVersionUID = 1;

    @SuppressWarnings("NullAway.Init") // open gives it.
    private transient ValueState<@Nullable Bid> last;

    @Override
    public void open(OpenContext context) {
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Bid.class));
    }

    @Override
    public void processElement(Bid bid, Context context, Collector<Change> output)
        throws Exception {
      Bid before = last.value();
      if (before == null) {
        last.update(bid);
        output.collect(row(bid));
      } else if (isLater(bid, before)) {
        last.update(bid);
        output.collect(row(bid).insteadOf(row(before)));
      }
    }
  }
}
