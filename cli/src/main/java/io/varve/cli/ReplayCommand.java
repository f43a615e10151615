package io.varve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.replay.StoredBytes;
import io.varve.replay.StructuredData;
import io.varve.replay.topic.EventRecords;
import io.varve.replay.topic.OffsetTable;
import io.varve.replay.topic.OffsetTables;
import io.varve.replay.topic.TopicReplay;
import io.varve.replay.topic.TopicState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code varve replay}. */
@CommandLine.Command(
    name = "replay",
    header = "Sends events to a Kafka topic.",
    description = {
      "",
      "Partitions, keys, values, headers and timestamps are those of the events. Events of different"
          + " partitions are sent by turns, those of one in the order of their offsets. It ends at what"
          + " the store holds when it begins."
    },
    footer = {
      "",
      "Behind an event's own headers there are varve.stream, varve.generation, varve.partition and"
          + " varve.offset, as text: where it comes from. What the topic's offsets are for which of"
          + " the stream is kept in the store, and varve offsets translate tells groups' offsets by"
          + " that.",
      "",
      "The producer is idempotent and waits for all replicas (acks=all), unless a property says"
          + " otherwise. A topic that has its own timestamps (message.timestamp.type=LogAppendTime)"
          + " keeps to them. Events without a timestamp get the time at which they are sent. The older"
          + " names of Kafka's tools for properties, --producer.config and --producer-property, are taken,"
          + " too. A property that no Kafka client has is refused, in a file it is told and passed on.",
      "",
      "When it is interrupted, or a record can't be sent, it tells for each partition the first offset"
          + " that is not surely in the topic; --resume goes on there. If the process is killed, some"
          + " seconds of events come again with --resume.",
      "",
      "Examples:",
      "  ./varve replay /var/lib/varve orders --to orders-again --bootstrap-server broker:9092",
      "  ./varve replay /var/lib/varve orders --to test --bootstrap-server broker:9092 --from-time"
          + " 2026-11-20 --where 'value.customer_id == 42' --command-config client.properties",
      "  ./varve replay /var/lib/varve orders/0 --to test --bootstrap-server broker:9092 --from-offset"
          + " 1000 --no-keep-partition --command-property compression.type=zstd",
      "",
      "Exit codes: 0 fine; 1 a file of the store is damaged or --where needs a value that can't be"
          + " read, what stands before is sent; 2 wrong usage, no such store, stream or topic, a bad"
          + " property; 3 it could not be sent, or was interrupted."
    })
final class ReplayCommand extends Command {

  private static final int TURN_EVENTS = 500;
  private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Duration LAST_WAIT = Duration.ofSeconds(2);

  @Mixin private final LogChoice choice = new LogChoice();

  @Option(
      names = "--to",
      paramLabel = "TOPIC",
      required = true,
      description = "The topic, which must be there.")
  private String topic = "";

  @Mixin private final Cluster cluster = new Cluster();
  @Mixin private final EventRange range = new EventRange();
  @Mixin private final Where where = new Where();

  @Option(
      names = "--no-keep-partition",
      negatable = true,
      description =
          "Whether an event goes to the partition of its number; --no-keep-partition: to that of its"
              + " key. Default: it does.")
  private boolean keepPartition = true;

  @Option(
      names = "--no-origin-headers",
      negatable = true,
      description = "Whether headers tell where an event comes from. Default: they do.")
  private boolean originHeaders = true;

  @Option(
      names = "--structured",
      paramLabel = "FORM",
      description =
          "What is sent for structured data, whose bytes in its topic are not in the store: refuse,"
              + " json or avro, as the replay consumer gives it. Default: refuse.")
  private StructuredData structured = StructuredData.REFUSE;

  @Option(
      names = "--resume",
      description = "Go on where the last replay of the stream to this topic ended.")
  private boolean resume;

  @Mixin private final Progress progress = new Progress();

  @Option(
      names = "--json",
      description = "Print JSON: an object with topic, events, and next offsets by partition.")
  private boolean json;

  private long eventsTotal;
  private long events;

  @Override
  String shown(String message) {
    return cluster.redacted(message);
  }

  @Override
  public Integer call() throws IOException {
    try (Store store = Store.openReadOnly(choice.store())) {
      List<StreamPartition> logs = choice.in(store);
      if (where.explains()) {
        where.explain(store, logs, log -> range.toReadRange(), out());
        return ExitCode.FINE;
      }
      TopicState state;
      try (Admin admin = cluster.admin(err())) {
        state = TopicState.of(admin, topic);
      }
      check(logs, state);
      StreamPartition first = logs.get(0);
      OffsetTables file =
          new OffsetTables(
              store.backupSource(),
              new OffsetTable.Of(first.stream(), first.generation(), topic, state.id()));
      OffsetTable table = file.load();
      Map<StreamPartition, ReadRange> ranges = ranges(store, logs, table);
      EventRecords records =
          new EventRecords(topic, keepPartition, originHeaders, new StoredBytes(structured, store));
      try (Producer<byte[], byte[]> producer = cluster.producer(err())) {
        TopicReplay replay = new TopicReplay(producer, records, state, table, file);
        run(store, ranges, replay);
        progress.end(err());
        tell(replay);
      } finally {
        progress.end(err());
      }
    }
    return ExitCode.FINE;
  }

  private void check(List<StreamPartition> logs, TopicState state) {
    int wanted = logs.stream().mapToInt(StreamPartition::partition).max().orElse(0) + 1;
    if (keepPartition && state.ends().size() < wanted) {
      throw new BadInputException(
          "The topic "
              + topic
              + " has "
              + state.ends().size()
              + " partitions, and the events are in "
              + wanted
              + "; add partitions, or give --no-keep-partition to send events by their keys");
    }
  }

  private Map<StreamPartition, ReadRange> ranges(
      Store store, List<StreamPartition> logs, OffsetTable table) {
    Map<StreamPartition, ReadRange> ranges = new LinkedHashMap<>();
    for (StreamPartition log : logs) {
      ReadRange upTo = range.upTo(store.stats(log).nextOffset());
      Long next = resume ? table.replayed().get(log.partition()) : null;
      long from = next == null ? upTo.fromOffset() : Math.max(next, upTo.fromOffset());
      ReadRange left = upTo.withOffsets(from, Math.max(from, upTo.toOffset()));
      ranges.put(log, left);
      eventsTotal += left.toOffset() - Math.max(from, store.stats(log).startOffset());
    }
    if (where.filters() || range.toReadRange().boundsTimes()) {
      eventsTotal = 0; // Nobody knows how many of them there are.
    }
    return ranges;
  }

  private void run(Store store, Map<StreamPartition, ReadRange> ranges, TopicReplay replay) {
    List<EventReader> readers = new ArrayList<>();
    boolean done = false;
    try {
      for (Map.Entry<StreamPartition, ReadRange> each : ranges.entrySet()) {
        readers.add(where.open(store, each.getKey(), each.getValue()));
      }
      send(readers, replay);
      replay.settle();
      done = true;
    } catch (InterruptException e) {
      throw new CancellationException("interrupted");
    } finally {
      readers.forEach(EventReader::close);
      if (!done) {
        abandon(replay);
      }
    }
  }

  /** Takes turns, until there is no more. */
  private void send(List<EventReader> readers, TopicReplay replay) {
    long saved = System.nanoTime();
    List<EventReader> left = new ArrayList<>(readers);
    while (!left.isEmpty()) {
      left.removeIf(reader -> !takeTurn(reader, replay));
      if (System.nanoTime() - saved > SAVE_NANOS) {
        replay.settle();
        saved = System.nanoTime();
      }
    }
  }

  /** Sends some events of a log; returns whether there may be more. */
  private boolean takeTurn(EventReader reader, TopicReplay replay) {
    for (int i = 0; i < TURN_EVENTS; i++) {
      if (!reader.next()) {
        Progress.check();
        return false;
      }
      EventView event = reader.event();
      replay.send(reader.log(), event);
      events++;
      progress.offsets(err(), "replay to " + topic, events, eventsTotal);
    }
    return true;
  }

  /** Ends a replay that failed, or that the user wants to end. */
  private void abandon(TopicReplay replay) {
    boolean interrupted = Thread.interrupted();
    try {
      replay.abandon(LAST_WAIT);
    } catch (InterruptException again) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    progress.end(err());
    SortedMap<Integer, Long> next = replay.next();
    if (!next.isEmpty()) {
      err()
          .println(
              Show.count(replay.acknowledged())
                  + " events are in "
                  + topic
                  + "; go on with --resume"
                  + (next.size() == 1
                      ? ", or --from-offset " + next.values().iterator().next()
                      : ""));
      next.forEach(
          (partition, offset) ->
              err().println("  " + choice.stream() + "/" + partition + " next offset " + offset));
      err().flush();
    }
  }

  private void tell(TopicReplay replay) {
    if (json) {
      ObjectNode told = JsonNodeFactory.instance.objectNode();
      told.put("topic", topic).put("events", replay.acknowledged());
      ObjectNode next = told.putObject("next");
      new TreeMap<>(replay.next())
          .forEach((partition, offset) -> next.put(String.valueOf(partition), offset));
      out().println(told);
    } else {
      out().println(Show.count(replay.acknowledged()) + " events to " + topic);
    }
    out().flush();
  }
}
