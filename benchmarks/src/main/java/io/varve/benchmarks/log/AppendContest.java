package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
import io.varve.commit.LogSettings;
import io.varve.format.Codec;
import java.util.List;

/** Who appends: one thread, fresh files each turn, everything on disk at the end. */
final class AppendContest {

  static final String BARE = "bare file";
  static final String BARE_SYNCING = "bare file, synced as Varve does";

  /** Between two commits. */
  static final long COMMIT_BYTES = 1 << 20;

  private AppendContest() {}

  /**
   * @param storedBytes how many bytes Varve stores for this work, not compressed
   */
  static List<Contestant> of(Work work, long storedBytes) {
    long syncBytes = LogSettings.defaults().syncBytes();
    return List.of(
        new BareAppend(BARE, work, storedBytes, Long.MAX_VALUE),
        LogTurn.fresh(
            "Varve", work.path("varve"), VarveLog::new, log -> log.append(work, Codec.NONE)),
        new BareAppend(BARE_SYNCING, work, storedBytes, syncBytes),
        LogTurn.fresh(
            "Varve, lz4",
            work.path("varve-lz4"),
            VarveLog::new,
            log -> log.append(work, Codec.LZ4)),
        LogTurn.fresh(
            "bare file, events packed one by one",
            work.path("framed"),
            FramedFile::new,
            file -> file.write(work)),
        LogTurn.fresh(
            "Chronicle Queue", work.path("chronicle"), ChronicleLog::new, log -> log.append(work)),
        LogTurn.fresh(
            "Kafka UnifiedLog, 100 at a time",
            work.path("kafka"),
            KafkaLog::new,
            log -> log.append(work)));
  }

  /** Who commits after every MiB: a bare file waits for each sync, Varve asks and goes on. */
  static List<Contestant> committing(Work work, long storedBytes) {
    long commitEvents = COMMIT_BYTES / work.values().bytes();
    return List.of(
        new BareAppend(BARE, work, storedBytes, COMMIT_BYTES),
        LogTurn.fresh(
            "Varve",
            work.path("varve-committing"),
            VarveLog::new,
            log -> log.append(work, Codec.NONE, commitEvents)));
  }
}
