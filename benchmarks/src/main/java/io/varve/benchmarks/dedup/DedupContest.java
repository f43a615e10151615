package io.varve.benchmarks.dedup;

import io.varve.benchmarks.measure.Folders;
import io.varve.dedup.DedupSettings;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Fills a window with ids, of which a fifth come again, uniformly out of those in it; then goes on
 * for the measured calls with the window full. Each answer is checked.
 *
 * @param ids how many ids are in the window
 * @param calls how many calls are measured
 * @param memoryBytes memory for ours; RocksDB has as much for its block cache, beside its memtables
 * @param only who has a turn; all if empty
 */
public record DedupContest(
    Path folder,
    long ids,
    long calls,
    int rounds,
    long memoryBytes,
    String only,
    Consumer<String> progress) {

  private static final int REPEATED_OF = 5;
  private static final long START_MS = 1_700_000_000_000L;

  /** New ids in a millisecond. */
  private static final long IDS_PER_MS = 1_000;

  private record Row(
      String name, double fillRate, double rate, double memoryPerId, double diskPerId) {}

  /** Runs all turns and returns a table. */
  public String run() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (String who : List.of("varve", "rocksdb")) {
        if (only.isEmpty() || only.equals(who)) {
          rows.add(turn(who));
        }
      }
    }
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "**%,d ids in the window, %,d calls**%n%n"
                + "|  | M calls/s, window full | M calls/s, filling it | memory B/id | disk B/id |%n"
                + "| --- | ---: | ---: | ---: | ---: |%n",
            ids,
            calls));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.3f | %.3f | %.1f | %.1f |%n",
              row.name,
              row.rate / 1e6,
              row.fillRate / 1e6,
              row.memoryPerId,
              row.diskPerId));
    }
    return text.toString();
  }

  private Row turn(String who) throws Exception {
    Path path = folder.resolve(who);
    Files.createDirectories(path);
    long ttlMs = ids / IDS_PER_MS;
    try (IdSet set =
        who.equals("varve")
            ? new WindowIds(path, DedupSettings.ofTtlMs(ttlMs).withMemoryBytes(memoryBytes))
            : new RocksIds(path, ttlMs, memoryBytes)) {
      State state = new State();
      long fill = ids + ids / (REPEATED_OF - 1);
      double fillRate = calls(set, state, fill);
      long memory = set.memoryBytes();
      set.settle();
      long disk = set.diskBytes();
      double rate = calls(set, state, calls);
      Row row = new Row(set.name(), fillRate, rate, (double) memory / ids, (double) disk / ids);
      progress.accept(row + " " + set.remark());
      return row;
    } finally {
      Folders.delete(path);
    }
  }

  /** Where the sequence is, the same for all. */
  private static final class State {
    long next;
    long calls;
    long random = 42;
  }

  private double calls(IdSet set, State state, long count) throws Exception {
    byte[] id = new byte[16];
    ByteBuffer bytes = ByteBuffer.wrap(id);
    long start = System.nanoTime();
    for (long i = 0; i < count; i++) {
      state.random = mix(state.random + 0x9e3779b97f4a7c15L);
      boolean again = state.next > 0 && Long.remainderUnsigned(state.random, REPEATED_OF) == 0;
      long number = state.next;
      if (again) {
        // Not the oldest hundredth, so that what is asked for surely is not too old.
        long window = Math.min(state.next, ids - ids / 100);
        number = state.next - 1 - Long.remainderUnsigned(state.random >>> 8, window);
      } else {
        state.next++;
      }
      bytes.putLong(0, mix(number)).putLong(8, mix(~number));
      if (set.first(id, state.calls++, START_MS + state.next / IDS_PER_MS) == again) {
        throw new AssertionError(set.name() + " is wrong about id " + number);
      }
    }
    return count * 1e9 / (System.nanoTime() - start);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
