package io.varve.replay;

import io.varve.base.Clock;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.replay.group.CommittedOffset;
import io.varve.replay.group.Membership;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a group's offsets: those that the program gives, and by itself now and then if that is
 * set.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Commits {

  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  /** As brokers have it by default. */
  private static final int METADATA_BYTES_MAX = 4096;

  private record Callback(
      OffsetCommitCallback callback,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      @Nullable Exception failure) {}

  private final Topics topics;
  private final Subscriptions subscriptions;
  private final Membership group;
  private final Interceptors<?, ?> interceptors;
  private final Clock clock;
  private final ConsumerMeter meter;
  private final boolean auto;
  private final long intervalNanos;
  private final Queue<Callback> callbacks = new ArrayDeque<>();
  private Map<TopicPartition, OffsetAndMetadata> lastAuto = Map.of();
  private long autoNanos;

  Commits(
      Topics topics,
      Subscriptions subscriptions,
      Membership group,
      Interceptors<?, ?> interceptors,
      Clock clock,
      ConsumerMeter meter,
      boolean auto,
      long intervalMs) {
    this.topics = topics;
    this.subscriptions = subscriptions;
    this.group = group;
    this.interceptors = interceptors;
    this.clock = clock;
    this.meter = meter;
    this.auto = auto;
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMs);
    this.autoNanos = clock.nanos();
  }

  /**
   * Commits; durable on return.
   *
   * @throws UnknownTopicOrPartitionException if the store doesn't have a partition
   */
  void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (offsets.isEmpty()) {
      return;
    }
    lastAuto = Map.of();
    long start = clock.nanos();
    Map<TopicPartition, CommittedOffset> stored = new HashMap<>();
    offsets.forEach((partition, offset) -> stored.put(partition, stored(partition, offset)));
    try {
      group.commit(stored, subscriptions.isShared());
    } catch (VarveException e) {
      throw new KafkaException("Committing offsets " + offsets + " failed", e);
    }
    meter.committed(clock.nanos() - start);
    interceptors.onCommit(offsets);
  }

  private CommittedOffset stored(TopicPartition partition, OffsetAndMetadata offset) {
    if (offset.metadata().getBytes(StandardCharsets.UTF_8).length > METADATA_BYTES_MAX) {
      throw new OffsetMetadataTooLarge(
          "The metadata of "
              + partition
              + " is longer than "
              + METADATA_BYTES_MAX
              + " bytes in UTF-8");
    }
    StreamPartition log = readNow(partition);
    if (log == null) {
      log = topics.log(partition);
    }
    if (log == null) {
      throw new UnknownTopicOrPartitionException("The store has no " + partition);
    }
    return new CommittedOffset(
        log.generation(),
        offset.offset(),
        offset.leaderEpoch().orElse(-1),
        offset.metadata(),
        clock.wallMs());
  }

  private @Nullable StreamPartition readNow(TopicPartition partition) {
    if (!subscriptions.isAssigned(partition)) {
      return null;
    }
    var reader = subscriptions.get(partition).reader();
    return reader == null ? null : reader.log();
  }

  /** Commits, and has the callback told at the next call of the consumer. */
  void commitAndTell(
      Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
    Exception failure = null;
    try {
      commit(offsets);
    } catch (RetriableException e) {
      failure = new RetriableCommitFailedException(e);
    } catch (KafkaException e) {
      failure = e;
    }
    if (callback != null) {
      callbacks.add(new Callback(callback, offsets, failure));
    } else if (failure != null) {
      LOG.error("Offset commit with offsets {} failed", offsets, failure);
    }
  }

  /** Tells those who wait for it how their commits went. */
  void tell() {
    for (Callback next = callbacks.poll(); next != null; next = callbacks.poll()) {
      next.callback().onComplete(next.offsets(), next.failure());
    }
  }

  /** What was committed of these partitions; null for those of which nothing was. */
  @SuppressWarnings("NullAway") // Kafka's interface has null for "none", and doesn't say so
  Map<TopicPartition, OffsetAndMetadata> committed(Iterable<TopicPartition> partitions) {
    Map<TopicPartition, CommittedOffset> all = group.offsets();
    Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
    for (TopicPartition partition : partitions) {
      CommittedOffset offset = all.get(partition);
      StreamPartition log = topics.log(partition);
      boolean counts =
          offset != null && (log == null || log.generation() == offset.streamGeneration());
      found.put(
          partition,
          offset == null || !counts
              ? null
              : new OffsetAndMetadata(
                  offset.offset(),
                  offset.leaderEpoch() < 0 ? Optional.empty() : Optional.of(offset.leaderEpoch()),
                  offset.metadata()));
    }
    return found;
  }

  /** Commits what has been consumed if it is set and time for it. */
  void autoCommitIfDue() {
    if (auto && clock.nanos() - autoNanos >= intervalNanos) {
      autoCommit();
    }
  }

  /** Commits what has been consumed if it is set. A failure is logged. */
  void autoCommit() {
    if (!auto || (subscriptions.isShared() && !group.isStable())) {
      return;
    }
    autoNanos = clock.nanos();
    Map<TopicPartition, OffsetAndMetadata> consumed = subscriptions.allConsumed();
    try {
      consumed.keySet().removeIf(partition -> topics.log(partition) == null);
      if (!consumed.equals(lastAuto)) {
        commit(consumed);
        lastAuto = consumed;
      }
    } catch (KafkaException | VarveException e) {
      LOG.warn("Auto-commit of offsets {} failed", consumed, e);
    }
  }
}
