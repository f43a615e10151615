package io.varve.cli;

import io.varve.Store;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which logs of which store: a stream, or one partition of it. */
final class LogChoice {

  @Parameters(index = "0", paramLabel = "STORE", description = "The store's folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path store;

  @Parameters(
      index = "1",
      paramLabel = "STREAM[/PARTITION]",
      description = "A stream, or one partition of it, such as orders/0.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--generation",
      paramLabel = "N",
      description = "The stream's generation, by default the newest.")
  private @Nullable Integer generation;

  /** The store's folder. */
  Path store() {
    return store;
  }

  /** The stream's name. */
  String stream() {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The partition, or null for all of them. */
  @Nullable Integer partition() {
    int slash = name.indexOf('/');
    if (slash < 0) {
      return null;
    }
    String number = name.substring(slash + 1);
    if (!number.matches("[0-9]{1,9}")) {
      throw new BadInputException(
          "'" + number + "' is no partition; expected STREAM/PARTITION, such as orders/0");
    }
    return Integer.parseInt(number);
  }

  /** The generation that was asked for, or null. */
  @Nullable Integer generation() {
    return generation;
  }

  /** The logs in {@code opened}, the store. */
  List<StreamPartition> in(Store opened) {
    String stream = stream();
    int chosen = generation == null ? opened.latestGeneration(stream) : generation;
    Integer partition = partition();
    List<StreamPartition> logs =
        opened.partitions(stream, Math.max(chosen, 1)).stream()
            .filter(each -> partition == null || each.equals(partition))
            .map(each -> new StreamPartition(stream, Math.max(chosen, 1), each))
            .toList();
    if (logs.isEmpty()) {
      throw new BadInputException(
          "No "
              + name
              + (generation == null ? "" : " of generation " + generation)
              + " in "
              + opened.path()
              + "; its streams are "
              + opened.streams());
    }
    return logs;
  }
}
