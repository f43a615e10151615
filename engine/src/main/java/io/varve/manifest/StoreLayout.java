package io.varve.manifest;

import io.varve.event.StreamPartition;
import io.varve.format.StoreMarker;
import io.varve.io.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where things are in a store's folder. A backup's copies of a store's files are laid out the same
 * way.
 *
 * <p>Thread: safe; holds no state but the folder.
 *
 * @param root the store's folder
 */
public record StoreLayout(Directory root) {

  /** The file that says that a folder is a store. */
  public static final String MARKER = "STORE";

  private static final int MARKER_BYTES_MAX = 4096;
  private static final Pattern GENERATION = Pattern.compile("g([1-9]\\d{0,8})");
  private static final Pattern PARTITION = Pattern.compile("p(\\d{1,9})");

  /** What the store says of itself. */
  public StoreMarker marker() throws IOException {
    return StoreMarker.decode(root.readAll(MARKER, MARKER_BYTES_MAX), root.path() + "/" + MARKER);
  }

  /** The folder of a log; it need not exist. */
  public Directory log(StreamPartition log) {
    return root.folder("streams")
        .folder(log.stream())
        .folder("g" + log.generation())
        .folder("p" + log.partition());
  }

  /** The folder of the schemas; it need not exist. */
  public Directory schemas() {
    return root.folder("schemas");
  }

  /** The names of the streams. */
  public SortedSet<String> streams() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (String name : root.folder("streams").list()) {
      if (StreamPartition.isStreamName(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /** The generations of a stream; empty if there is no such stream. */
  public SortedSet<Integer> generations(String stream) throws IOException {
    return numbers(root.folder("streams").folder(stream), GENERATION);
  }

  /** The partitions of one generation of a stream; empty if there is no such stream. */
  public SortedSet<Integer> partitions(String stream, int generation) throws IOException {
    return numbers(root.folder("streams").folder(stream).folder("g" + generation), PARTITION);
  }

  /** All logs, by stream, generation and partition. */
  public List<StreamPartition> logs() throws IOException {
    List<StreamPartition> logs = new ArrayList<>();
    for (String stream : streams()) {
      for (int generation : generations(stream)) {
        for (int partition : partitions(stream, generation)) {
          logs.add(new StreamPartition(stream, generation, partition));
        }
      }
    }
    return logs;
  }

  private static SortedSet<Integer> numbers(Directory folder, Pattern pattern) throws IOException {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (String name : folder.list()) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches()) {
        numbers.add(Integer.parseInt(matcher.group(1)));
      }
    }
    return numbers;
  }
}
