package io.varve.benchmarks.state.nexmark;

import java.time.Duration;
import org.apache.flink.api.common.functions.CoGroupFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/** Query 8: who registered and put something up for auction within the same ten seconds? */
final class NewUsers {

  static final Duration WINDOW = Duration.ofSeconds(10);

  private NewUsers() {}

  static DataStream<Change> of(DataStream<Event> events) {
    return Views.persons(events)
        .coGroup(Views.auctions(events))
        .where(person -> person.id)
        .equalTo(auction -> auction.seller)
        .window(TumblingEventTimeWindows.of(WINDOW))
        .apply(new Sellers());
  }

  static Change row(Person person) {
    return Change.of(person.id, Change.column(person.name), person.dateTime / WINDOW.toMillis());
  }

  private static final class Sellers implements CoGroupFunction<Person, Auction, Change> {

    private static final long serialVersionUID = 1;

    @Override
    public void coGroup(
        Iterable<Person> persons, Iterable<Auction> auctions, Collector<Change> output) {
      if (auctions.iterator().hasNext()) {
        for (Person person : persons) {
          output.collect(row(person));
        }
      }
    }
  }
}
