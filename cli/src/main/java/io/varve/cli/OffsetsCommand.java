package io.varve.cli;

import io.varve.base.CorruptionException;
import io.varve.cli.Table.Column;
import io.varve.cli.Table.Kind;
import io.varve.replay.offsets.GroupOffsets;
import io.varve.replay.offsets.GroupOffsets.Imported;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code varve offsets}, and what it does with offsets as they are. */
@CommandLine.Command(
    name = "offsets",
    header = "Shows, moves and translates groups' committed offsets.",
    description = {
      "",
      "Offsets of a stream are those of the topic that it archives, so a group goes on in the store"
          + " where it was in the cluster, and back. In a topic that the stream was replayed to they"
          + " are others: translate tells which."
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "The group that gets offsets must have no members, in the cluster and in the store.",
      "",
      "Examples:",
      "  ./varve offsets show /var/lib/varve billing",
      "  ./varve offsets import /var/lib/varve billing --bootstrap-server broker:9092",
      "",
      "Exit codes: 0 fine; 1 a file is damaged; 2 wrong usage, no such store or topic, a group with"
          + " members, a bad property; 3 it could not be done."
    },
    subcommands = {
      OffsetsCommand.Showing.class,
      OffsetsCommand.Importing.class,
      OffsetsCommand.Exporting.class,
      TranslateCommand.class
    })
final class OffsetsCommand extends Command {

  private static final String CODES =
      "Exit codes: 0 fine; 1 a file is damaged; 2 wrong usage, no such store, a group with members, a"
          + " bad property; 3 it could not be done.";

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec().commandLine(), "Missing what to do: show, import, export or translate");
  }

  /** What all of them have. */
  abstract static class OfStore extends Command {

    @Parameters(index = "0", paramLabel = "STORE", description = "The store's folder.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path path;

    @Mixin private final TableOutput output = new TableOutput();

    @Override
    public Integer call() throws IOException {
      try (GroupOffsets offsets = GroupOffsets.open(path)) {
        output.print(table(offsets), out());
      }
      return exitCode();
    }

    abstract Table table(GroupOffsets offsets) throws IOException;

    /** How it went, once the table is printed. */
    int exitCode() {
      return ExitCode.FINE;
    }
  }

  /** {@code varve offsets show}. */
  @CommandLine.Command(
      name = "show",
      header = "Shows what groups of replay consumers have committed in a store.",
      footer = {
        "",
        "Example:",
        "  ./varve offsets show /var/lib/varve billing",
        "",
        "Exit codes: 0 fine; 1 a group is damaged, the others are shown; 2 wrong usage or no store; 3 it"
            + " could not be read."
      })
  static final class Showing extends OfStore {

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "GROUP",
        description = "A group; without it, all are shown.")
    private @Nullable String group;

    private boolean damaged;

    private void leaveOut(CorruptionException found) {
      damaged = true;
      err().println(found.getMessage());
      err().flush();
    }

    @Override
    int exitCode() {
      return damaged ? ExitCode.PROBLEMS : ExitCode.FINE;
    }

    @Override
    Table table(GroupOffsets offsets) {
      Table table =
          new Table(
              new Column("group", Kind.TEXT),
              new Column("stream", Kind.TEXT),
              new Column("partition", Kind.COUNT),
              new Column("offset", Kind.COUNT),
              new Column("metadata", Kind.TEXT));
      for (String each : group == null ? offsets.groups(this::leaveOut) : List.of(group)) {
        offsets
            .committed(each)
            .forEach(
                (partition, offset) ->
                    table.add(
                        each,
                        partition.topic(),
                        partition.partition(),
                        offset.offset(),
                        offset.metadata().isEmpty() ? null : offset.metadata()));
      }
      return table;
    }
  }

  /** What takes a group's offsets from one place to another. */
  abstract static class Moving extends OfStore {

    @Parameters(index = "1", paramLabel = "GROUP", description = "The group that has offsets.")
    private String group = "";

    @Option(
        names = "--to",
        paramLabel = "GROUP",
        description = "The group that gets them, if it has another name.")
    private @Nullable String to;

    @Mixin private final Cluster cluster = new Cluster();

    @Override
    String shown(String message) {
      return cluster.redacted(message);
    }

    @Override
    Table table(GroupOffsets offsets) throws IOException {
      try (Admin admin = cluster.admin(err())) {
        return move(offsets, admin, group, to == null ? group : to);
      }
    }

    abstract Table move(GroupOffsets offsets, Admin admin, String from, String into);
  }

  /** {@code varve offsets import}. */
  @CommandLine.Command(
      name = "import",
      header = "Takes a group's offsets from a cluster into a store.",
      footer = {
        "",
        "Columns:",
        "  OFFSET  as it is now in the store; - if the store doesn't have the partition",
        "  GIVEN   as the cluster had it. One behind the archive's end becomes that end.",
        "",
        "Example:",
        "  ./varve offsets import /var/lib/varve billing --bootstrap-server broker:9092",
        "",
        CODES
      })
  static final class Importing extends Moving {
    @Override
    Table move(GroupOffsets offsets, Admin admin, String from, String into) {
      Table table =
          new Table(
              new Column("group", Kind.TEXT),
              new Column("stream", Kind.TEXT),
              new Column("partition", Kind.COUNT),
              new Column("offset", Kind.COUNT),
              new Column("given", Kind.COUNT));
      for (Imported each : offsets.importFrom(admin, from, into)) {
        table.add(
            into,
            each.partition().topic(),
            each.partition().partition(),
            each.taken() < 0 ? null : each.taken(),
            each.given());
      }
      return table;
    }
  }

  /** {@code varve offsets export}. */
  @CommandLine.Command(
      name = "export",
      header = "Gives a group's offsets in a store to a cluster.",
      footer = {
        "",
        "Example:",
        "  ./varve offsets export /var/lib/varve billing --bootstrap-server broker:9092 --to"
            + " billing-again",
        "",
        CODES
      })
  static final class Exporting extends Moving {
    @Override
    Table move(GroupOffsets offsets, Admin admin, String from, String into) {
      Table table =
          new Table(
              new Column("group", Kind.TEXT),
              new Column("topic", Kind.TEXT),
              new Column("partition", Kind.COUNT),
              new Column("offset", Kind.COUNT));
      offsets
          .exportTo(admin, from, into)
          .forEach(
              (partition, offset) ->
                  table.add(into, partition.topic(), partition.partition(), offset.offset()));
      return table;
    }
  }
}
