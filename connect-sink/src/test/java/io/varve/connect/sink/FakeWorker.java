package io.varve.connect.sink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Drives a sink task as Kafka Connect's {@code WorkerSinkTask} of 4.3.1 does, one step at a time:
 * the same order of rewinding, polling, delivering and redelivering, committing, opening and
 * closing, with the same slips (after a redelivery the batch's end counts as consumed even where
 * the task has rewound; records of revoked partitions are dropped by their transformed topic).
 */
final class FakeWorker {

  private static final int MAX_POLL_RECORDS = 50;
  private static final long LOOP_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);
  private static final long CALL_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(5000);

  private final FakeKafka kafka;
  private final SinkTask task;
  private final Context context = new Context();
  private final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
  private final Set<TopicPartition> paused = new HashSet<>();
  private final List<SinkRecord> messageBatch = new ArrayList<>();
  private final Map<TopicPartition, OffsetAndMetadata> lastCommitted = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> current = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> orig = new HashMap<>();
  private final List<Runnable> rebalances = new ArrayList<>();
  private boolean pausedForRedelivery;
  private RuntimeException rebalanceException;

  /** What transforms do; null drops the record. */
  UnaryOperator<SinkRecord> transform = record -> record;

  /** How many records a poll brings. */
  int maxPollRecords = MAX_POLL_RECORDS;

  ErrantRecordReporter reporter;
  PluginMetrics metrics;

  /** Calls of put that asked for redelivery. */
  int retries;

  String lastRetry;
  int delivered;

  FakeWorker(FakeKafka kafka, SinkTask task) {
    this.kafka = kafka;
    this.task = task;
  }

  void start(Map<String, String> properties) {
    task.initialize(context);
    try {
      task.start(properties);
    } catch (RuntimeException e) {
      task.stop();
      throw e;
    }
  }

  // ---- the loop ----

  /** One turn of the loop. */
  void iterate() {
    try {
      if (context.commitRequested) {
        commit();
        context.commitRequested = false;
      }
      poll();
    } catch (RuntimeException e) {
      shutDown();
      throw e;
    }
  }

  /** Turns until {@code condition} holds. */
  void iterateUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LOOP_NANOS_MAX) {
        throw new AssertionError("Not so after a minute; last retry: " + lastRetry);
      }
      iterate();
    }
  }

  /** Turns until all that is in the topics was delivered and taken. */
  void drain() {
    iterate();
    iterateUntil(
        () ->
            !pausedForRedelivery
                && context.offsets.isEmpty()
                && positions.keySet().stream()
                    .allMatch(p -> paused.contains(p) || positions.get(p) >= kafka.endOffset(p)));
  }

  /** Turns until the offsets of all that is in the topics are committed. */
  void drainAndCommit() {
    iterateUntil(
        () -> {
          commit();
          return positions.keySet().stream()
              .allMatch(p -> kafka.committed.getOrDefault(p, 0L) == kafka.endOffset(p));
        });
  }

  private void poll() {
    rewind();
    long waitMs = context.timeoutMs > 0 ? Math.min(context.timeoutMs, 50) : 0;
    context.timeoutMs = -1;
    List<SinkRecord> polled = pollConsumer(waitMs);
    if (!messageBatch.isEmpty() && !polled.isEmpty()) {
      throw new AssertionError("New records beside those to be redelivered");
    }
    for (SinkRecord record : polled) {
      TopicPartition source = new TopicPartition(record.topic(), record.kafkaPartition());
      SinkRecord transformed = transform.apply(record);
      orig.put(source, new OffsetAndMetadata(record.kafkaOffset() + 1));
      if (transformed != null) {
        messageBatch.add(transformed);
      }
    }
    deliver();
  }

  private List<SinkRecord> pollConsumer(long waitMs) {
    List<Runnable> due = List.copyOf(rebalances);
    rebalances.clear();
    due.forEach(Runnable::run);
    List<SinkRecord> fetched = new ArrayList<>();
    for (TopicPartition partition : positions.keySet()) {
      if (!paused.contains(partition)) {
        long position = kafka.resolve(partition, positions.get(partition));
        List<SinkRecord> records =
            kafka.fetch(partition, position, maxPollRecords - fetched.size());
        fetched.addAll(records);
        positions.put(
            partition,
            records.isEmpty() && fetched.size() < maxPollRecords
                ? Math.max(position, kafka.endOffset(partition))
                : records.isEmpty() ? position : records.get(records.size() - 1).kafkaOffset() + 1);
      }
    }
    if (fetched.isEmpty() && waitMs > 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
    }
    if (rebalanceException != null) {
      RuntimeException e = rebalanceException;
      rebalanceException = null;
      throw e;
    }
    return fetched;
  }

  private void deliver() {
    try {
      timed("put", () -> task.put(new ArrayList<>(messageBatch)));
      delivered += messageBatch.size();
      current.putAll(orig);
      orig.clear();
      messageBatch.clear();
      if (pausedForRedelivery) {
        resumeAll();
        pausedForRedelivery = false;
      }
    } catch (RetriableException e) {
      retries++;
      lastRetry = e.getMessage();
      if (!pausedForRedelivery) {
        pausedForRedelivery = true;
        paused.addAll(positions.keySet());
      }
    } catch (RuntimeException e) {
      throw new ConnectException("Exiting WorkerSinkTask due to unrecoverable exception.", e);
    }
  }

  private void rewind() {
    for (Map.Entry<TopicPartition, Long> entry : context.offsets.entrySet()) {
      if (!positions.containsKey(entry.getKey())) {
        throw new IllegalStateException("No current assignment for partition " + entry.getKey());
      }
      positions.put(entry.getKey(), entry.getValue());
      lastCommitted.put(entry.getKey(), new OffsetAndMetadata(entry.getValue()));
      current.put(entry.getKey(), new OffsetAndMetadata(entry.getValue()));
    }
    context.offsets.clear();
  }

  private void resumeAll() {
    paused.removeAll(positions.keySet());
  }

  // ---- committing ----

  /** What the worker does every offset.flush.interval.ms. */
  void commit() {
    commit(false, Set.copyOf(positions.keySet()));
  }

  private void commit(boolean closing, Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> toCommit = new HashMap<>(current);
    toCommit.keySet().retainAll(partitions);
    if (toCommit.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>(lastCommitted);
    committable.keySet().retainAll(toCommit.keySet());
    Map<TopicPartition, OffsetAndMetadata> provided;
    try {
      provided = timed("preCommit", () -> task.preCommit(new HashMap<>(toCommit)));
    } catch (RuntimeException e) {
      if (!closing) {
        committable.forEach((partition, offset) -> positions.put(partition, offset.offset()));
        current.putAll(committable);
      }
      return;
    } finally {
      if (closing) {
        timed("close", () -> task.close(partitions));
      }
    }
    provided.forEach(
        (partition, offset) -> {
          if (committable.containsKey(partition)) {
            if (offset.offset() > toCommit.get(partition).offset()) {
              throw new AssertionError("Offset of " + partition + " not yet consumed: " + offset);
            }
            committable.put(partition, offset);
          }
        });
    committable.forEach((partition, offset) -> kafka.committed.put(partition, offset.offset()));
    lastCommitted.putAll(committable);
  }

  // ---- rebalancing ----

  void assign(TopicPartition... partitions) {
    assigned(List.of(partitions));
    if (rebalanceException != null) {
      RuntimeException e = rebalanceException;
      rebalanceException = null;
      shutDown();
      throw e;
    }
  }

  /** A rebalance inside the next poll. */
  void rebalanceInPoll(Runnable rebalance) {
    rebalances.add(rebalance);
  }

  void assigned(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      long position = kafka.resolve(partition, kafka.committed.getOrDefault(partition, 0L));
      positions.put(partition, position);
      lastCommitted.put(partition, new OffsetAndMetadata(position));
      current.put(partition, new OffsetAndMetadata(position));
    }
    boolean was = pausedForRedelivery;
    pausedForRedelivery = was && !messageBatch.isEmpty();
    if (pausedForRedelivery) {
      paused.addAll(positions.keySet());
    } else if (was) {
      resumeAll();
    }
    if (rebalanceException == null) {
      try {
        timed("open", () -> task.open(partitions));
        rewind();
      } catch (RuntimeException e) {
        rebalanceException = e;
      }
    }
  }

  void revoke(TopicPartition... partitions) {
    removed(List.of(partitions), false);
  }

  void lose(TopicPartition... partitions) {
    removed(List.of(partitions), true);
  }

  private void removed(Collection<TopicPartition> partitions, boolean lost) {
    try {
      if (lost) {
        timed("close", () -> task.close(partitions));
        orig.keySet().removeAll(partitions);
        current.keySet().removeAll(partitions);
      } else {
        commit(true, partitions);
      }
      lastCommitted.keySet().removeAll(partitions);
    } catch (RuntimeException e) {
      rebalanceException = e;
    }
    messageBatch.removeIf(
        record -> partitions.contains(new TopicPartition(record.topic(), record.kafkaPartition())));
    positions.keySet().removeAll(partitions);
    paused.removeAll(partitions);
  }

  /** An orderly end of the task. */
  void shutDown() {
    commit(true, new LinkedHashSet<>(current.keySet()));
    timed("stop", task::stop);
  }

  private static void timed(String call, Runnable body) {
    timed(
        call,
        () -> {
          body.run();
          return null;
        });
  }

  /** Far more than the second that a call may take: a busy machine is no failure. */
  private static <T> T timed(String call, java.util.function.Supplier<T> body) {
    long start = System.nanoTime();
    T result = body.get();
    if (System.nanoTime() - start > CALL_NANOS_MAX) {
      throw new AssertionError(call + " took more than 5 s");
    }
    return result;
  }

  private final class Context implements SinkTaskContext {

    private final Map<TopicPartition, Long> offsets = new HashMap<>();
    private long timeoutMs = -1;
    private boolean commitRequested;

    @Override
    public Map<String, String> configs() {
      return Map.of();
    }

    @Override
    public void offset(Map<TopicPartition, Long> wanted) {
      offsets.putAll(wanted);
    }

    @Override
    public void offset(TopicPartition partition, long offset) {
      offsets.put(partition, offset);
    }

    @Override
    public void timeout(long ms) {
      timeoutMs = ms;
    }

    @Override
    public Set<TopicPartition> assignment() {
      return positions.keySet();
    }

    @Override
    public void pause(TopicPartition... partitions) {
      paused.addAll(List.of(partitions));
    }

    @Override
    public void resume(TopicPartition... partitions) {
      paused.removeAll(List.of(partitions));
    }

    @Override
    public void requestCommit() {
      commitRequested = true;
    }

    @Override
    public ErrantRecordReporter errantRecordReporter() {
      return reporter;
    }

    @Override
    public PluginMetrics pluginMetrics() {
      if (metrics == null) {
        throw new NoSuchMethodError("pluginMetrics");
      }
      return metrics;
    }
  }

  /** A dead letter queue whose deliveries arrive at once, or when told. */
  static final class DeadLetterQueue implements ErrantRecordReporter {
    final List<SinkRecord> records = new ArrayList<>();
    final List<String> reasons = new ArrayList<>();
    final List<CompletableFuture<Void>> pending = new ArrayList<>();
    boolean holds;

    @Override
    public Future<Void> report(SinkRecord record, Throwable error) {
      records.add(record);
      reasons.add(error.getMessage());
      CompletableFuture<Void> arrived = new CompletableFuture<>();
      if (holds) {
        pending.add(arrived);
      } else {
        arrived.complete(null);
      }
      return arrived;
    }

    void release() {
      holds = false;
      pending.forEach(arrived -> arrived.complete(null));
      pending.clear();
    }
  }
}
