package io.varve.benchmarks.state.nexmark;

import java.time.Duration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Query 11: how many bids does each bidder make in a session that ten seconds of silence end? */
final class UserSessions {

  static final Duration GAP = Duration.ofSeconds(10);

  private UserSessions() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.bids(events)
        .map(bid -> bid.bidder)
        .returns(Long.class)
        .keyBy(bidder -> bidder)
        .window(EventTimeSessionWindows.withGap(GAP))
        .aggregate(new HotItems.Count<>(), new Session());
  }

  private static final class Session implements WindowFunction<Long, Change, Long, TimeWindow> {

    private static final long serialVersionUID = 1;

    @Override
    public void apply(
        Long bidder, TimeWindow window, Iterable<Long> counts, Collector<Change> output) {
      output.collect(
          Change.of(bidder, counts.iterator().next(), window.getStart(), window.getEnd()));
    }
  }
}
