package io.varve.benchmarks.operate;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.CompactionMetrics;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Appends keyed events as fast as it can, while the log is compacted or not. There is always
 * something to compact: what was there before, and then what is appended.
 */
record Compacting(Path folder, int rounds, Consumer<String> progress) {

  private static final long SEGMENT_BYTES = 8 << 20;
  private static final long BEFORE_EVENTS = (64L << 20) / LargeLog.EVENT_BYTES;
  private static final long APPENDED_EVENTS = (2L << 30) / LargeLog.EVENT_BYTES;
  private static final long COMMIT_EVENTS = (1L << 20) / LargeLog.EVENT_BYTES;
  private static final int KEYS = 10_000;

  /** Bytes a second that compaction may read and write; 0 for none at all. */
  private static final Map<String, Long> BUDGETS = new LinkedHashMap<>();

  static {
    BUDGETS.put("not compacted", 0L);
    BUDGETS.put("compacted, 64 MiB/s", 64L << 20);
    BUDGETS.put("compacted, 256 MiB/s", 256L << 20);
  }

  /** One turn. */
  private record Turn(double megabytesPerSecond, double commitMsMax, CompactionMetrics metrics) {}

  String table() throws Exception {
    Map<String, List<Turn>> turns = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Long> budget : BUDGETS.entrySet()) {
        Turn turn = turn(budget.getValue());
        progress.accept(
            "appending, %s: %,.0f MB/s".formatted(budget.getKey(), turn.megabytesPerSecond()));
        if (round >= 0) {
          turns.computeIfAbsent(budget.getKey(), name -> new ArrayList<>()).add(turn);
        }
      }
    }
    Cells table =
        new Cells(
            "Append 1 KiB, a commit each MiB",
            "MB/s",
            "÷ not compacted",
            "longest commit, ms",
            "compaction read, MiB",
            "and wrote",
            "events it removed");
    List<Double> base = rates(turns.values().iterator().next());
    turns.forEach(
        (name, each) ->
            table.row(
                name,
                Cells.spread(rates(each), 0),
                Cells.number(Cells.ratio(rates(each), base), 2),
                Cells.number(Cells.median(each.stream().map(Turn::commitMsMax).toList()), 0),
                median(each, turn -> turn.metrics().bytesRead() >> 20),
                median(each, turn -> turn.metrics().bytesWritten() >> 20),
                median(each, turn -> turn.metrics().eventsRemoved())));
    return table.toString();
  }

  private static List<Double> rates(List<Turn> turns) {
    return turns.stream().map(Turn::megabytesPerSecond).toList();
  }

  private static String median(List<Turn> turns, ToDoubleFunction<Turn> number) {
    return Cells.number(Cells.median(turns.stream().map(number::applyAsDouble).toList()), 0);
  }

  /** Whether the commits succeed shows when all are waited for. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private Turn turn(long bytesPerSecond) throws Exception {
    Folders.delete(folder);
    LogSettings settings = LogSettings.defaults().withSegmentBytes(SEGMENT_BYTES);
    StoreSettings storeSettings = StoreSettings.defaults().withMaintenanceMs(20);
    if (bytesPerSecond > 0) {
      storeSettings = storeSettings.withCompactionBytesPerSecond(bytesPerSecond);
    }
    try (Store store = Store.open(folder, storeSettings)) {
      try (LogWriter writer = store.openWriter(LargeLog.LOG, settings, LargeLog.OWNER)) {
        append(writer, BEFORE_EVENTS);
      }
      if (bytesPerSecond > 0) {
        settings = settings.withCompaction(Compaction.ON.withDirtyRatioMin(0));
      }
      try (LogWriter writer = store.openWriter(LargeLog.LOG, settings, LargeLog.OWNER)) {
        long start = System.nanoTime();
        for (long done = 0; done < APPENDED_EVENTS; done += COMMIT_EVENTS) {
          append(writer, COMMIT_EVENTS);
          writer.commit();
        }
        writer.sync();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Turn(
            APPENDED_EVENTS * LargeLog.EVENT_BYTES / 1e6 / seconds,
            writer.metrics().syncNanosMax() / 1e6,
            writer.metrics().compaction());
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private static void append(LogWriter writer, long count) {
    long first = writer.nextOffset();
    for (long offset = first; offset < first + count; offset++) {
      LargeLog.append(
          writer, offset, ByteBuffer.allocate(Integer.BYTES).putInt((int) offset % KEYS).array());
    }
  }
}
