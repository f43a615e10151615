package io.varve.cli;

import io.varve.ReadRange;
import io.varve.event.EventView;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An export in folders by day, or by day and hour, of events' timestamps in UTC, named as Hive has
 * them; each has one file. First all is looked at, to know the folders; then a few of them at a
 * time are written, each time reading the range of times that they take. So few files are open, and
 * none is begun twice, however much out of order times are.
 *
 * <p>Thread: confined to one.
 */
final class TimeFolders {

  /** How folders are made. */
  enum By {
    DAY(86_400_000),
    HOUR(3_600_000);

    private final long ms;

    By(long ms) {
      this.ms = ms;
    }

    private String folder(long slot) {
      String day = "day=" + LocalDate.ofEpochDay(Math.floorDiv(slot * ms, DAY.ms));
      return this == DAY
          ? day
          : day + "/" + String.format(Locale.ROOT, "hour=%02d", Math.floorMod(slot, 24));
    }
  }

  /** Files that are open at a time. */
  static final int OPEN_MAX = 8;

  private static final int FOLDERS_MAX = 100_000;

  /** The folder of events without a timestamp; Hive's own name for that. */
  private static final String UNTIMED = "day=__HIVE_DEFAULT_PARTITION__";

  private final By by;
  private final TreeSet<Long> slots = new TreeSet<>();
  private boolean hasUntimed;

  TimeFolders(By by) {
    this.by = by;
  }

  /** Looks at an event that is to be written. */
  void expect(EventView event) {
    if (event.timestampType() == TimestampType.NONE) {
      hasUntimed = true;
    } else if (slots.add(slot(event)) && slots.size() > FOLDERS_MAX) {
      throw new BadInputException(
          "The events' times are in more than "
              + Show.count(FOLDERS_MAX)
              + " folders by "
              + by.name().toLowerCase(Locale.ROOT)
              + "; take a shorter range with --from-time and --to-time");
    }
  }

  private long slot(EventView event) {
    return Math.floorDiv(event.timestampMs(), by.ms);
  }

  /**
   * Writes what was looked at.
   *
   * @param suffix of the files' names
   * @return by file, how many events it has
   */
  Map<Path, Long> write(EventScan scan, EventFile.Format format, Path root, String suffix)
      throws IOException {
    Files.createDirectories(root);
    Map<Path, Long> counts = new TreeMap<>();
    List<Long> left = new ArrayList<>(slots);
    while (!left.isEmpty()) {
      List<Long> now = left.subList(0, Math.min(OPEN_MAX, left.size()));
      writeSome(scan, format, root, suffix, now, counts);
      left = left.subList(now.size(), left.size());
    }
    if (hasUntimed) {
      writeUntimed(scan, format, file(root, UNTIMED, suffix), counts);
    }
    return counts;
  }

  private void writeSome(
      EventScan scan,
      EventFile.Format format,
      Path root,
      String suffix,
      List<Long> some,
      Map<Path, Long> counts)
      throws IOException {
    long fromMs = some.get(0) * by.ms;
    long toMs = some.get(some.size() - 1) * by.ms + by.ms - 1;
    Map<Long, Path> paths = new TreeMap<>();
    for (long slot : some) {
      paths.put(slot, file(root, by.folder(slot), suffix));
    }
    try (OpenFiles open = new OpenFiles(format)) {
      scan.read(
          "export " + by.folder(some.get(0)),
          range -> within(range, fromMs, toMs),
          (partition, event) -> {
            Path path = paths.get(slot(event));
            if (path != null && event.timestampType() != TimestampType.NONE) {
              open.file(path).write(partition, event);
              counts.merge(path, 1L, Long::sum);
            }
          });
    }
  }

  private static void writeUntimed(
      EventScan scan, EventFile.Format format, Path path, Map<Path, Long> counts)
      throws IOException {
    try (OpenFiles open = new OpenFiles(format)) {
      scan.read(
          "export without time",
          (partition, event) -> {
            if (event.timestampType() == TimestampType.NONE) {
              open.file(path).write(partition, event);
              counts.merge(path, 1L, Long::sum);
            }
          });
    }
  }

  /** The range within times from the first to the last; empty if it has none of them. */
  private static ReadRange within(ReadRange range, long firstMs, long lastMs) {
    long from = Math.max(range.fromTimeMs(), firstMs);
    long to = Math.min(range.toTimeMs(), lastMs == Long.MAX_VALUE ? lastMs : lastMs + 1);
    return range.withTimes(from, Math.max(from, to));
  }

  private static Path file(Path root, String folder, String suffix) {
    return root.resolve(folder).resolve("part-0." + suffix);
  }

  /** Files that are made when the first event comes, and closed together. */
  private static final class OpenFiles implements AutoCloseable {

    private final EventFile.Format format;
    private final Map<Path, EventFile> files = new TreeMap<>();

    OpenFiles(EventFile.Format format) {
      this.format = format;
    }

    EventFile file(Path path) throws IOException {
      EventFile file = files.get(path);
      if (file == null) {
        Path folder = path.getParent();
        if (folder != null) {
          Files.createDirectories(folder);
        }
        file = format.create(path);
        files.put(path, file);
      }
      return file;
    }

    @Override
    public void close() throws IOException {
      IOException first = null;
      for (EventFile file : files.values()) {
        try {
          file.close();
        } catch (IOException e) {
          first = first == null ? e : first;
        }
      }
      if (first != null) {
        throw first;
      }
    }
  }
}
