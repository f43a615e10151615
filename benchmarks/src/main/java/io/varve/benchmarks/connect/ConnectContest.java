package io.varve.benchmarks.connect;

import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.ResultTable;
import io.varve.benchmarks.measure.Rounds;
import io.varve.benchmarks.measure.Turn;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Sinks and sources of events of one size, everyone in turn. */
public final class ConnectContest {

  private static final String FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";
  private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";
  private static final String VARVE_SINK = "io.varve.connect.sink.VarveSinkConnector";
  private static final String VARVE_SOURCE = "io.varve.connect.source.VarveSourceConnector";
  private static final String DROP_SINK = "io.varve.benchmarks.peer.DropSinkConnector";
  private static final String MEMORY_SOURCE = "io.varve.benchmarks.peer.MemorySourceConnector";

  private static final String DROPPING = "a sink that drops its records";
  private static final String FROM_MEMORY = "a source from memory";
  private static final String SHORT_TRANSACTIONS = "the same, 250 ms transactions";

  /** As many as Varve's source returns by default. */
  private static final String POLL_EVENTS_MAX = "20000";

  private final Rounds rounds;
  private final Predicate<String> wanted;
  private final Consumer<String> progress;

  ConnectContest(Rounds rounds, Predicate<String> wanted, Consumer<String> progress) {
    this.rounds = rounds;
    this.wanted = wanted;
    this.progress = progress;
  }

  String sinks(Bench bench) throws Exception {
    String topic = "archived-" + bench.values().bytes();
    progress.accept("filling topic " + topic);
    TopicFill.run(bench, topic);
    try {
      return table(
          "Sinks, ",
          bench,
          List.of(DROPPING),
          List.of(
              new SinkTurn(DROPPING, bench, topic, Map.of("connector.class", DROP_SINK)),
              varveSink("Varve", bench, topic, Codec.NONE),
              varveSink("Varve, lz4", bench, topic, Codec.LZ4),
              new SinkTurn(
                  "FileStreamSink (never syncs)",
                  bench,
                  topic,
                  Map.of(
                      "connector.class", FILE_SINK,
                      "file", "FOLDER/lines",
                      "value.converter", STRINGS))));
    } finally {
      bench.cluster().topics().delete(topic);
    }
  }

  private static Turn varveSink(String name, Bench bench, String topic, Codec codec) {
    return new SinkTurn(
        name,
        bench,
        topic,
        Map.of(
            "connector.class",
            VARVE_SINK,
            "store.path",
            "FOLDER/store",
            "compression.type",
            codec.settingName()));
  }

  String sources(Bench bench, boolean exactlyOnce) throws Exception {
    Path stores = bench.folder().resolve("stores");
    progress.accept("filling stores");
    try {
      StoreFill.run(bench, stores.resolve("none"), "events", Codec.NONE);
      StoreFill.run(bench, stores.resolve("lz4"), "events", Codec.LZ4);
      List<Turn> turns = new ArrayList<>();
      List<String> bases = new ArrayList<>(List.of(FROM_MEMORY));
      turns.add(memorySource(FROM_MEMORY, bench, exactlyOnce, 1000));
      turns.add(varveSource("Varve", bench, exactlyOnce, stores.resolve("none")));
      if (exactlyOnce) {
        turns.add(memorySource(SHORT_TRANSACTIONS, bench, true, 250));
        bases.add(SHORT_TRANSACTIONS);
      }
      turns.add(varveSource("Varve, lz4", bench, exactlyOnce, stores.resolve("lz4")));
      String title = exactlyOnce ? "Sources, exactly once, " : "Sources, at least once, ";
      return table(title, bench, bases, turns);
    } finally {
      Folders.delete(stores);
    }
  }

  private static Turn memorySource(
      String name, Bench bench, boolean exactlyOnce, long transactionMs) {
    return new SourceTurn(
        name,
        bench,
        exactlyOnce,
        Map.of(
            "connector.class", MEMORY_SOURCE,
            "topic", "TOPIC",
            "partitions", Integer.toString(Bench.PARTITIONS),
            "events", Long.toString(bench.events()),
            "event.bytes", Integer.toString(bench.values().bytes()),
            "poll.events.max", POLL_EVENTS_MAX,
            "transaction.ms", Long.toString(transactionMs)));
  }

  private static Turn varveSource(String name, Bench bench, boolean exactlyOnce, Path store) {
    return new SourceTurn(
        name,
        bench,
        exactlyOnce,
        Map.of(
            "connector.class", VARVE_SOURCE,
            "store.path", store.toString(),
            "streams", "events",
            "topic.format", "TOPIC",
            "mode", "replay"));
  }

  private String table(String title, Bench bench, List<String> bases, List<Turn> turns)
      throws Exception {
    List<Turn> chosen = turns.stream().filter(each -> wanted.test(each.name())).toList();
    int bytes = bench.values().bytes();
    return new ResultTable(title + ResultTable.size(bytes), bytes, bases)
        .of(rounds.run(chosen, progress));
  }
}
