package io.varve.benchmarks.log;

import io.varve.benchmarks.load.Values;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** The log that a Kafka broker keeps of one partition, in this process. */
final class KafkaLog implements AutoCloseable {

  private static final int BATCH_EVENTS = 100;
  private static final int FETCH_BYTES = 1 << 20;

  private final KafkaScheduler scheduler = new KafkaScheduler(1);
  private final UnifiedLog log;

  KafkaLog(Path folder) throws IOException {
    Path partition = Files.createDirectories(folder.resolve("events-0"));
    scheduler.startup();
    log =
        UnifiedLog.create(
            partition.toFile(),
            new LogConfig(Map.of()),
            0,
            0,
            scheduler,
            new BrokerTopicStats(),
            Time.SYSTEM,
            60_000,
            new ProducerStateManagerConfig(86_400_000, false),
            600_000,
            new LogDirFailureChannel(1),
            true,
            Optional.empty());
  }

  /** Appends the events a hundred at a time, and flushes at the end. */
  long append(Work work) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BATCH_EVENTS * (work.values().bytes() + 100));
    for (long event = 0; event < work.events(); ) {
      buffer.clear();
      MemoryRecordsBuilder batch =
          MemoryRecords.builder(buffer, Compression.NONE, TimestampType.CREATE_TIME, 0L);
      for (int i = 0; i < BATCH_EVENTS && event < work.events(); i++, event++) {
        batch.append(Values.FIRST_TIMESTAMP_MS + event, (byte[]) null, work.values().get(event));
      }
      log.appendAsLeader(batch.build(), 0);
    }
    log.flush(false);
    return work.events();
  }

  /** Reads as a consumer does: fetches a megabyte, checks each batch, walks its records. */
  long read() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(FETCH_BYTES);
    long events = 0;
    long sum = 0;
    long end = log.logEndOffset();
    try (BufferSupplier buffers = BufferSupplier.create()) {
      for (long next = 0; next < end; ) {
        FileRecords fetched =
            (FileRecords) log.read(next, FETCH_BYTES, FetchIsolation.LOG_END, true).records;
        buffer.clear().limit(fetched.sizeInBytes());
        fetched.readInto(buffer, 0);
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(buffer).batches()) {
          batch.ensureValid();
          try (var records = batch.streamingIterator(buffers)) {
            while (records.hasNext()) {
              Record each = records.next();
              ByteBuffer value = each.value();
              sum += value.get(value.position());
              events++;
            }
          }
          next = batch.lastOffset() + 1;
        }
      }
    }
    Work.sink = sum;
    return events;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    log.close();
    scheduler.shutdown();
  }
}
