package io.varve.benchmarks.peer;

import io.varve.benchmarks.load.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.TransactionContext;
import org.jspecify.annotations.Nullable;

/**
 * Emits records from memory, each poll's of one partition, the partitions in turn. With
 * transactions of its own it commits when the time has come, and with the last record.
 *
 * <p>Thread: confined to the worker's for this task.
 */
public final class MemorySourceTask extends SourceTask {

  private String topic = "";
  private Values values = new Values(1);
  private int pollEventsMax;
  private long transactionNanos;
  private long left;
  private long[] next = {};
  private List<Map<String, Integer>> sourcePartitions = List.of();
  private int turn;
  private long lastCommitNanos;

  @Override
  public String version() {
    return "1";
  }

  @Override
  public void start(Map<String, String> props) {
    AbstractConfig config = new AbstractConfig(MemorySourceConnector.definition(), props, false);
    topic = config.getString(MemorySourceConnector.TOPIC);
    values = new Values(config.getInt(MemorySourceConnector.EVENT_BYTES));
    pollEventsMax = config.getInt(MemorySourceConnector.POLL_EVENTS_MAX);
    transactionNanos =
        TimeUnit.MILLISECONDS.toNanos(config.getLong(MemorySourceConnector.TRANSACTION_MS));
    left = config.getLong(MemorySourceConnector.EVENTS);
    next = new long[config.getInt(MemorySourceConnector.PARTITIONS)];
    sourcePartitions = new ArrayList<>();
    for (int partition = 0; partition < next.length; partition++) {
      sourcePartitions.add(Map.of("partition", partition));
    }
    lastCommitNanos = System.nanoTime();
  }

  @Override
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    if (left == 0) {
      TimeUnit.MILLISECONDS.sleep(100);
      return null;
    }
    int partition = turn;
    turn = (turn + 1) % next.length;
    int count = (int) Math.min(left, pollEventsMax);
    List<SourceRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long offset = next[partition]++;
      records.add(
          new SourceRecord(
              sourcePartitions.get(partition),
              Map.of("offset", offset + 1),
              topic,
              partition,
              null,
              null,
              Schema.BYTES_SCHEMA,
              values.get(offset),
              Values.FIRST_TIMESTAMP_MS + offset));
    }
    left -= count;
    commitIfDue();
    return records;
  }

  private void commitIfDue() {
    TransactionContext transactions = context.transactionContext();
    long now = System.nanoTime();
    if (transactions != null && (left == 0 || now - lastCommitNanos >= transactionNanos)) {
      transactions.commitTransaction();
      lastCommitNanos = now;
    }
  }

  @Override
  public void stop() {}
}
