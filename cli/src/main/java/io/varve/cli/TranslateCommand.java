package io.varve.cli;

import io.varve.Store;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.event.StreamPartition;
import io.varve.replay.offsets.GroupOffsets;
import io.varve.replay.offsets.TopicOffsets;
import io.varve.replay.topic.TopicState;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve offsets translate}. */
@CommandLine.Command(
    name = "translate",
    header = "Translates a group's offsets for a topic that a stream was replayed to.",
    description = {
      "",
      "Tells where a group that has read the stream, or the topic that it archives, goes on in the"
          + " topic that it was replayed to; with --back where one that has read that topic goes on in"
          + " the stream. No event is left out by that: where it isn't known exactly, the offset is a"
          + " lower one, and some events come again."
    },
    footer = {
      "",
      "What varve replay has written is known in the store. Of anything else in the topic the headers"
          + " varve.stream, varve.generation, varve.partition and varve.offset are read, once, and"
          + " what they say is kept in the store; the source connector writes them with"
          + " origin.headers=bytes.",
      "",
      "Columns:",
      "  OFFSET  where the group goes on",
      "  END     where the partition ends now",
      "",
      "Examples:",
      "  ./varve offsets translate /var/lib/varve orders orders-again billing --bootstrap-server"
          + " broker:9092",
      "  ./varve offsets translate /var/lib/varve orders orders-again billing --bootstrap-server"
          + " broker:9092 --commit",
      "  ./varve offsets translate /var/lib/varve orders orders-again billing --bootstrap-server"
          + " broker:9092 --back --commit --into store",
      "",
      "Exit codes: 0 fine; 1 a file is damaged; 2 wrong usage, no such store, stream or topic, a group"
          + " without offsets, or with members, a topic without the stream's events; 3 it could not be"
          + " done."
    })
final class TranslateCommand extends Command {

  /** Where a group's offsets are. */
  enum Place {
    CLUSTER,
    STORE
  }

  @Mixin private final LogChoice choice = new LogChoice();

  @Parameters(index = "2", paramLabel = "TOPIC", description = "What the stream was replayed to.")
  private String topic = "";

  @Parameters(index = "3", paramLabel = "GROUP", description = "The group that has offsets.")
  private String group = "";

  @Mixin private final Cluster cluster = new Cluster();

  @Option(names = "--back", description = "From the topic to the stream.")
  private boolean back;

  @Option(
      names = "--from",
      paramLabel = "PLACE",
      description =
          "Where the group has its offsets of the stream: cluster or store. Default: cluster.")
  private Place from = Place.CLUSTER;

  @Option(names = "--commit", description = "Commit the offsets, not just tell them.")
  private boolean commit;

  @Option(
      names = "--to",
      paramLabel = "GROUP",
      description = "The group that they are committed for, if it has another name.")
  private @Nullable String to;

  @Option(
      names = "--into",
      paramLabel = "PLACE",
      description =
          "With --back: where they are committed, cluster or store. Default: cluster, where the topic"
              + " has the stream's name.")
  private Place into = Place.CLUSTER;

  @Mixin private final Progress progress = new Progress();
  @Mixin private final TableOutput output = new TableOutput();

  @Override
  String shown(String message) {
    return cluster.redacted(message);
  }

  @Override
  public Integer call() throws IOException {
    if (choice.partition() != null) {
      throw new BadInputException("Give the whole stream: a group has offsets of all partitions");
    }
    if (back ? from == Place.STORE : into == Place.STORE) {
      throw new BadInputException(
          back
              ? "--from store goes without --back: the topic is in the cluster"
              : "--into store goes with --back: the topic is in the cluster");
    }
    try (GroupOffsets offsets = GroupOffsets.open(choice.store());
        Admin admin = cluster.admin(err())) {
      StreamPartition any = choice.in(offsets.store()).get(0);
      if (any.generation() != offsets.store().latestGeneration(any.stream()) && (commit || !back)) {
        throw new BadInputException(
            "Groups' offsets of "
                + any.stream()
                + " are those of its newest generation; an older one goes with --back and without"
                + " --commit only");
      }
      TopicState state = TopicState.of(admin, topic);
      TopicOffsets known = TopicOffsets.of(offsets.store(), any.stream(), any.generation(), state);
      readHeaders(known);
      if (known.isEmpty()) {
        throw new BadInputException(
            "No record of the topic "
                + topic
                + " says that it comes from the stream "
                + any.stream()
                + (any.generation() == 1 ? "" : ", generation " + any.generation())
                + "; replay it with varve replay, or with the source's origin.headers=bytes");
      }
      Map<Integer, Long> given = given(offsets, admin, back ? topic : any.stream());
      SortedMap<Integer, Long> found = back ? known.inStream(given) : known.inTopic(given);
      if (commit) {
        commit(offsets, admin, any.stream(), found);
      }
      output.print(table(offsets.store(), any, state, found), out());
    } finally {
      progress.end(err());
    }
    return ExitCode.FINE;
  }

  private void readHeaders(TopicOffsets known) throws IOException {
    long unknown = known.unknown();
    if (unknown > 0) {
      try (Consumer<byte[], byte[]> consumer = cluster.consumer(err())) {
        known.readHeaders(
            consumer,
            done -> progress.offsets(err(), "read the headers of " + topic, done, unknown));
      }
      progress.end(err());
    }
  }

  /** What the group has committed of a topic, or a stream, by partition. */
  private Map<Integer, Long> given(GroupOffsets offsets, Admin admin, String of) {
    Map<TopicPartition, OffsetAndMetadata> all =
        from == Place.STORE ? offsets.committed(group) : GroupOffsets.committedIn(admin, group);
    Map<Integer, Long> given = new TreeMap<>();
    all.forEach(
        (partition, offset) -> {
          if (partition.topic().equals(of)) {
            given.put(partition.partition(), offset.offset());
          }
        });
    if (given.isEmpty()) {
      throw new BadInputException(
          "The group "
              + group
              + " has committed no offsets of "
              + of
              + (from == Place.STORE ? " in the store" : " in the cluster"));
    }
    return given;
  }

  private void commit(
      GroupOffsets offsets, Admin admin, String stream, SortedMap<Integer, Long> found) {
    String who = to == null ? group : to;
    if (into == Place.STORE) {
      offsets.commit(who, stream, found);
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    found.forEach(
        (partition, offset) ->
            committed.put(
                new TopicPartition(back ? stream : topic, partition),
                new OffsetAndMetadata(offset)));
    GroupOffsets.commitIn(admin, who, committed);
  }

  private Table table(
      Store store, StreamPartition any, TopicState state, SortedMap<Integer, Long> found) {
    Table table =
        new Table(
            new Column(back ? "stream" : "topic", Kind.TEXT),
            new Column("partition", Kind.COUNT),
            new Column("offset", Kind.COUNT),
            new Column("end", Kind.COUNT));
    found.forEach(
        (partition, offset) -> {
          StreamPartition log = new StreamPartition(any.stream(), any.generation(), partition);
          Long end =
              !back
                  ? state.ends().get(partition)
                  : store.contains(log) ? (Long) store.stats(log).nextOffset() : null;
          table.add(back ? any.stream() : topic, partition, offset, end);
        });
    return table;
  }
}
