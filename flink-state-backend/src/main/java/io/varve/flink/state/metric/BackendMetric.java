package io.varve.flink.state.metric;

import io.varve.state.StateStoreMetrics;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.Gauge;
import org.jspecify.annotations.Nullable;

/** What there is to be seen of a store, each a gauge. */
public enum BackendMetric {
  RECORDS("records", "Records: values, lists, and nodes of maps and of timers", m -> m.records()),
  LIVE("liveBytes", "Bytes of those records", m -> m.liveBytes()),
  GARBAGE(
      "garbageBytes",
      "Bytes of records that were replaced or removed and still take room, in memory or in files",
      m -> m.logBytes() - m.liveBytes()),
  MEMORY_PAGES(
      "memoryPagesBytes", "Memory that holds records", m -> m.memoryBytes() - m.indexBytes()),
  MEMORY_UNWRITTEN(
      "memoryUnwrittenBytes",
      "And of it, what no file has yet: records that are changed in place or being written",
      m -> m.unwrittenBytes()),
  MEMORY_INDEX(
      "memoryIndexBytes", "Memory of the indexes, which can't go to disk", m -> m.indexBytes()),
  MEMORY_LIMIT(
      "memoryLimitBytes",
      "What the operator may use now: its part of the slot's memory for state",
      m -> m.memoryLimitBytes()),
  FILES("files", "Files in use", m -> m.files()),
  FILE_BYTES("fileBytes", "Bytes of the records in them, garbage included", m -> m.fileBytes()),
  COMPACTION_RUNNING("compactionRunning", "1 while files are compacted", m -> m.cleaning() ? 1 : 0),
  COMPACTION_PASSES("compactionPasses", "Times that files were compacted", m -> m.cleaningPasses()),
  COMPACTION_WRITTEN(
      "compactionWrittenBytes", "Bytes that were written anew for it", m -> m.cleanedBytes()),
  COMPACTION_BACKLOG(
      "compactionBacklogBytes",
      "Garbage in files, or about to be, beyond what is left alone; compaction falls behind if it keeps growing",
      m -> m.cleaningBacklogBytes()),
  EXPIRED_RECORDS(
      "expiredRecords",
      "Records that compaction has let go since they had expired",
      m -> m.expiredRecords()),
  READS_MEMORY(
      "readsFromMemory", "Records looked at that were in memory", m -> m.readsFromMemory()),
  READS_FILES(
      "readsFromFiles", "Records looked at that were read from a file", m -> m.readsFromFiles()),
  READ_HIT_RATE(
      "readHitRate",
      "The part of all records looked at that were in memory, from 0 to 1; 1 if there were none",
      null,
      BackendMetric::hitRate),
  RESTORE_FILES_LOCAL(
      "restoreFilesLocal",
      "Files of the restored checkpoints that have been copied to the local folder",
      m -> m.restoredFilesLocal()),
  RESTORE_FILES_REMOTE(
      "restoreFilesRemote",
      "Files that are still read where the checkpoint has them",
      m -> m.restoredFilesRemote()),
  RESTORE_BYTES_REMOTE(
      "restoreBytesRemote", "Bytes that are still to be copied", m -> m.restoredBytesRemote());

  private final String key;
  private final String description;
  private final @Nullable ToLongFunction<StateStoreMetrics> number;
  private final @Nullable ToDoubleFunction<StateStoreMetrics> part;

  BackendMetric(String key, String description, ToLongFunction<StateStoreMetrics> number) {
    this(key, description, number, null);
  }

  BackendMetric(
      String key,
      String description,
      @Nullable ToLongFunction<StateStoreMetrics> number,
      @Nullable ToDoubleFunction<StateStoreMetrics> part) {
    this.key = key;
    this.description = description;
    this.number = number;
    this.part = part;
  }

  private static double hitRate(StateStoreMetrics metrics) {
    long all = metrics.readsFromMemory() + metrics.readsFromFiles();
    return all == 0 ? 1 : (double) metrics.readsFromMemory() / all;
  }

  /** Its name in the group. */
  public String key() {
    return key;
  }

  /** What it tells. */
  public String description() {
    return description;
  }

  Gauge<Number> gauge(StoreReading reading) {
    ToDoubleFunction<StateStoreMetrics> part = this.part;
    ToLongFunction<StateStoreMetrics> number = this.number;
    if (part != null) {
      return () -> part.applyAsDouble(reading.get());
    }
    if (number == null) {
      throw new IllegalStateException(key + " has no value");
    }
    return () -> number.applyAsLong(reading.get());
  }
}
