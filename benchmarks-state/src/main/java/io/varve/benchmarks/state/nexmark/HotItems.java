package io.varve.benchmarks.state.nexmark;

import java.time.Duration;
import java.util.Arrays;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Query 5: which auctions got the most bids in the last ten seconds, every two seconds? */
final class HotItems {

  static final Duration WINDOW = Duration.ofSeconds(10);
  static final Duration SLIDE = Duration.ofSeconds(2);

  private HotItems() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.bids(events)
        .map(bid -> bid.auction)
        .returns(Long.class)
        .keyBy(auction -> auction)
        .window(SlidingEventTimeWindows.of(WINDOW, SLIDE))
        .aggregate(new Count<>(), new AuctionCount())
        .windowAll(TumblingEventTimeWindows.of(SLIDE))
        .aggregate(new Hottest())
        .flatMap(new Rows());
  }

  /** How many there are. */
  static final class Count<T> implements AggregateFunction<T, Long, Long> {

    private static final long serialVersionUID = 1;

    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(T value, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long one, Long other) {
      return one + other;
    }
  }

  /** Auction, its bids, and the window's end. */
  private static final class AuctionCount
      implements WindowFunction<Long, Tuple3<Long, Long, Long>, Long, TimeWindow> {

    private static final long serialVersionUID = 1;

    @Override
    public void apply(
        Long auction,
        TimeWindow window,
        Iterable<Long> counts,
        Collector<Tuple3<Long, Long, Long>> output) {
      output.collect(Tuple3.of(auction, counts.iterator().next(), window.getEnd()));
    }
  }

  /** Those with the most bids of a window. Public, as Flink's serializer needs it. */
  public static final class Top {
    public long count;
    public long windowEnd;
    public long[] auctions = {};
  }

  private static final class Hottest
      implements AggregateFunction<Tuple3<Long, Long, Long>, Top, Top> {

    private static final long serialVersionUID = 1;

    @Override
    public Top createAccumulator() {
      return new Top();
    }

    @Override
    public Top add(Tuple3<Long, Long, Long> auctionCount, Top top) {
      if (auctionCount.f1 < top.count) {
        return top;
      }
      Top next = new Top();
      next.count = auctionCount.f1;
      next.windowEnd = auctionCount.f2;
      int others = auctionCount.f1 == top.count ? top.auctions.length : 0;
      next.auctions = Arrays.copyOf(top.auctions, others + 1);
      next.auctions[others] = auctionCount.f0;
      return next;
    }

    @Override
    public Top getResult(Top top) {
      return top;
    }

    @Override
    public Top merge(Top one, Top other) {
      throw new UnsupportedOperationException("Tumbling windows don't merge");
    }
  }

  private static final class Rows implements FlatMapFunction<Top, Change> {

    private static final long serialVersionUID = 1;

    @Override
    public void flatMap(Top top, Collector<Change> output) {
      for (long auction : top.auctions) {
        output.collect(Change.of(top.windowEnd, auction, top.count));
      }
    }
  }
}
