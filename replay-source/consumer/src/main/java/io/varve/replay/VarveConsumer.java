package io.varve.replay;

import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that reads a store in the place of a cluster: a program replays by making this one
 * where it made a {@code KafkaConsumer}, with {@code varve.store.path} beside its settings.
 *
 * <pre>{@code
 * settings.put("varve.store.path", "/data/store");
 * Consumer<String, String> consumer = new VarveConsumer<>(settings);
 * }</pre>
 *
 * <p>A topic is the stream of its name, offsets are those that the events had in Kafka. Calls mean
 * what they mean in Kafka's consumer, and fail as they fail there; the page on the replay consumer
 * lists what can't be the same.
 *
 * <p>Thread: confined to one at a time, but for {@link #wakeup} and {@link #metrics}.
 */
public final class VarveConsumer<K, V> implements Consumer<K, V> {

  private static final long CLOSE_MS = 30_000;

  private final OneThread guard = new OneThread();
  private final ReplaySession<K, V> session;
  private final Subscriptions subscriptions;
  private final Duration apiTimeout;
  private final boolean consumerProtocol;

  public VarveConsumer(Map<String, Object> settings) {
    this(settings, null, null);
  }

  public VarveConsumer(Properties settings) {
    this(settings, null, null);
  }

  /**
   * @param keys used as it is, or null for the one that is set
   * @param values likewise
   */
  public VarveConsumer(
      Properties settings, @Nullable Deserializer<K> keys, @Nullable Deserializer<V> values) {
    this(Utils.propsToMap(settings), keys, values);
  }

  /**
   * @param keys used as it is, or null for the one that is set
   * @param values likewise
   * @throws org.apache.kafka.common.KafkaException if the store can't be opened, or a class that is
   *     set can't be made
   */
  public VarveConsumer(
      Map<String, Object> settings,
      @Nullable Deserializer<K> keys,
      @Nullable Deserializer<V> values) {
    ReplaySettings checked = ReplaySettings.of(settings, keys, values);
    this.session = ReplaySession.open(checked, keys, values);
    this.subscriptions = session.subscriptions();
    this.apiTimeout = Duration.ofMillis(checked.apiTimeoutMs());
    this.consumerProtocol = checked.consumerProtocol();
  }

  private interface Call<T> {
    T run();
  }

  /** Runs a call as Kafka's consumer does: in one thread, and only while it is open. */
  private <T> T in(Call<T> call) {
    guard.enter();
    try {
      return call.run();
    } catch (VarveException e) {
      if (Thread.currentThread().isInterrupted()) {
        // An interrupt breaks off what is being written.
        throw new InterruptException(e.getMessage(), new InterruptedException());
      }
      throw new KafkaException("The store failed: " + e.getMessage(), e);
    } finally {
      guard.leave();
    }
  }

  private void run(Runnable call) {
    in(
        () -> {
          call.run();
          return true;
        });
  }

  private void requireGroup() {
    if (!session.hasGroup()) {
      throw new InvalidGroupIdException(
          "To use the group management or offset commit APIs, you must provide a valid "
              + ConsumerConfig.GROUP_ID_CONFIG
              + " in the consumer configuration.");
    }
  }

  // What is read.

  @Override
  public Set<TopicPartition> assignment() {
    return in(() -> Collections.unmodifiableSet(new LinkedHashSet<>(subscriptions.assignment())));
  }

  @Override
  public Set<String> subscription() {
    return in(() -> Collections.unmodifiableSet(new HashSet<>(subscriptions.topics())));
  }

  @Override
  public void subscribe(Collection<String> topics) {
    subscribeTo(topics, null);
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    requireListener(listener);
    subscribeTo(topics, listener);
  }

  @SuppressWarnings("NullAway") // null is what the caller may not give, and is told of
  private static void requireListener(ConsumerRebalanceListener listener) {
    if (listener == null) {
      throw new IllegalArgumentException("RebalanceListener cannot be null");
    }
  }

  private void subscribeTo(
      @Nullable Collection<String> topics, @Nullable ConsumerRebalanceListener listener) {
    run(
        () -> {
          requireGroup();
          if (topics == null) {
            throw new IllegalArgumentException("Topic collection to subscribe to cannot be null");
          }
          if (topics.isEmpty()) {
            session.unsubscribe();
            return;
          }
          if (topics.stream().anyMatch(Utils::isBlank)) {
            throw new IllegalArgumentException(
                "Topic collection to subscribe to cannot contain null or empty topic");
          }
          session.requireAssignors();
          subscriptions.subscribe(topics, listener);
        });
  }

  @Override
  public void subscribe(Pattern pattern) {
    subscribeTo(pattern, null);
  }

  @Override
  public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
    requireListener(listener);
    subscribeTo(pattern, listener);
  }

  private void subscribeTo(
      @Nullable Pattern pattern, @Nullable ConsumerRebalanceListener listener) {
    requireGroup();
    if (pattern == null || pattern.toString().isEmpty()) {
      throw new IllegalArgumentException(
          "Topic pattern to subscribe to cannot be " + (pattern == null ? "null" : "empty"));
    }
    run(() -> session.subscribe(pattern, listener));
  }

  @Override
  public void subscribe(SubscriptionPattern pattern) {
    subscribeTo(pattern, null);
  }

  @Override
  public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
    requireListener(listener);
    subscribeTo(pattern, listener);
  }

  private void subscribeTo(
      @Nullable SubscriptionPattern pattern, @Nullable ConsumerRebalanceListener listener) {
    if (!consumerProtocol) {
      throw new UnsupportedOperationException(
          "Subscribe to RE2/J pattern is not supported when using the classic protocol defined in"
              + " config group.protocol");
    }
    requireGroup();
    if (pattern == null || pattern.pattern() == null || pattern.pattern().isEmpty()) {
      throw new IllegalArgumentException(
          "Topic pattern to subscribe to cannot be " + (pattern == null ? "null" : "empty"));
    }
    Pattern compiled;
    try {
      compiled = Pattern.compile(pattern.pattern());
    } catch (PatternSyntaxException e) {
      throw new InvalidRegularExpression(
          "Pattern '" + pattern.pattern() + "' is not a regular expression: " + e.getMessage());
    }
    run(() -> session.subscribe(compiled, listener));
  }

  @Override
  public void assign(Collection<TopicPartition> partitions) {
    run(
        () -> {
          if (isNull(partitions)) {
            throw new IllegalArgumentException(
                "Topic partition collection to assign to cannot be null");
          }
          if (partitions.isEmpty()) {
            session.unsubscribe();
            return;
          }
          for (TopicPartition partition : partitions) {
            if (isNull(partition) || Utils.isBlank(partition.topic())) {
              throw new IllegalArgumentException(
                  "Topic partitions to assign to cannot have null or empty topic");
            }
          }
          session.assign(partitions);
        });
  }

  @Override
  public void unsubscribe() {
    run(session::unsubscribe);
  }

  @Override
  public ConsumerRecords<K, V> poll(Duration timeout) {
    Deadline deadline = session.deadline(timeout);
    return in(
        () -> {
          if (subscriptions.isNone()) {
            session.pollStarts();
            throw new IllegalStateException(
                "Consumer is not subscribed to any topics or assigned any partitions");
          }
          return session.poll(deadline);
        });
  }

  // Positions.

  @Override
  public void seek(TopicPartition partition, long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("seek offset must not be a negative number");
    }
    run(() -> subscriptions.get(partition).seek(offset));
  }

  @Override
  public void seek(TopicPartition partition, OffsetAndMetadata offsetAndMetadata) {
    seek(partition, offsetAndMetadata.offset());
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    reset(partitions, OffsetReset.EARLIEST);
  }

  @Override
  public void seekToEnd(Collection<TopicPartition> partitions) {
    reset(partitions, OffsetReset.LATEST);
  }

  private void reset(Collection<TopicPartition> partitions, OffsetReset to) {
    if (isNull(partitions)) {
      throw new IllegalArgumentException("Partitions collection cannot be null");
    }
    run(
        () -> {
          Collection<TopicPartition> which =
              partitions.isEmpty() ? subscriptions.assignment() : partitions;
          which.forEach(partition -> subscriptions.get(partition).requestReset(to));
        });
  }

  @Override
  public long position(TopicPartition partition) {
    return position(partition, apiTimeout);
  }

  @Override
  public long position(TopicPartition partition, Duration timeout) {
    return in(
        () -> {
          if (!subscriptions.isAssigned(partition)) {
            throw new IllegalStateException(
                "You can only check the position for partitions assigned to this consumer.");
          }
          return session.position(subscriptions.get(partition), session.deadline(timeout));
        });
  }

  @Override
  public Set<TopicPartition> paused() {
    return in(() -> Collections.unmodifiableSet(subscriptions.paused()));
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    run(() -> partitions.forEach(partition -> subscriptions.get(partition).pause(true)));
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    run(() -> partitions.forEach(partition -> subscriptions.get(partition).pause(false)));
  }

  @Override
  public OptionalLong currentLag(TopicPartition partition) {
    return in(() -> session.lag(subscriptions.get(partition)));
  }

  // Commits.

  @Override
  public void commitSync() {
    commitSync(apiTimeout);
  }

  @Override
  public void commitSync(Duration timeout) {
    run(
        () -> {
          requireGroup();
          session.commitSync(subscriptions.allConsumed(), session.deadline(timeout));
        });
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    commitSync(offsets, apiTimeout);
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    run(
        () -> {
          requireGroup();
          session.commitSync(new HashMap<>(offsets), session.deadline(timeout));
        });
  }

  @Override
  @SuppressWarnings("NullAway") // Kafka allows null, and doesn't say so
  public void commitAsync() {
    commitAsync(null);
  }

  @Override
  public void commitAsync(@Nullable OffsetCommitCallback callback) {
    run(
        () -> {
          requireGroup();
          session.commitAsync(subscriptions.allConsumed(), callback);
        });
  }

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
    run(
        () -> {
          requireGroup();
          session.commitAsync(new HashMap<>(offsets), callback);
        });
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    return committed(partitions, apiTimeout);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    return in(
        () -> {
          requireGroup();
          return session.committed(partitions);
        });
  }

  @Override
  public ConsumerGroupMetadata groupMetadata() {
    return in(
        () -> {
          requireGroup();
          return session.group().metadata();
        });
  }

  @Override
  public void enforceRebalance() {
    run(
        () -> {
          if (!session.hasGroup()) {
            throw new IllegalStateException(
                "Tried to force a rebalance but consumer does not have a group.");
          }
          session.group().requestRejoin();
        });
  }

  @Override
  public void enforceRebalance(String reason) {
    enforceRebalance();
  }

  // What there is.

  @Override
  public List<PartitionInfo> partitionsFor(String topic) {
    return partitionsFor(topic, apiTimeout);
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
    return in(() -> session.topics().partitions(topic));
  }

  @Override
  public Map<String, List<PartitionInfo>> listTopics() {
    return listTopics(apiTimeout);
  }

  @Override
  public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
    return in(
        () -> {
          session.throwIfWokenUp();
          return session.topics().all();
        });
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> timestampsToSearch) {
    return offsetsForTimes(timestampsToSearch, apiTimeout);
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> timestampsToSearch, Duration timeout) {
    return in(
        () -> {
          Map<TopicPartition, Long> times = new HashMap<>(timestampsToSearch);
          times.forEach(
              (partition, time) -> {
                if (time < 0) {
                  throw new IllegalArgumentException(
                      "The target time for partition "
                          + partition
                          + " is "
                          + time
                          + ". The target time cannot be negative.");
                }
              });
          Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
          session
              .awaitLogs(times.keySet(), session.deadline(timeout))
              .forEach(
                  (partition, log) ->
                      putNullable(
                          found,
                          partition,
                          session.topics().firstSince(log, times.getOrDefault(partition, 0L))));
          return found;
        });
  }

  @SuppressWarnings("NullAway") // Kafka's interface has null for "none", and doesn't say so
  private static <T> void putNullable(
      Map<TopicPartition, T> map, TopicPartition partition, @Nullable T value) {
    map.put(partition, value);
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
    return beginningOffsets(partitions, apiTimeout);
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    return offsets(partitions, timeout, log -> session.topics().beginning(log));
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
    return endOffsets(partitions, apiTimeout);
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    return offsets(partitions, timeout, log -> session.topics().end(log));
  }

  private Map<TopicPartition, Long> offsets(
      Collection<TopicPartition> partitions,
      Duration timeout,
      Function<StreamPartition, Long> offset) {
    return in(
        () -> {
          Map<TopicPartition, Long> offsets = new HashMap<>();
          session
              .awaitLogs(partitions, session.deadline(timeout))
              .forEach((partition, log) -> offsets.put(partition, offset.apply(log)));
          return offsets;
        });
  }

  // The consumer itself.

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return Collections.unmodifiableMap(session.metrics().metrics());
  }

  /** Does nothing: telemetry is a broker's. */
  @Override
  public void registerMetricForSubscription(KafkaMetric metric) {}

  /** Does nothing: telemetry is a broker's. */
  @Override
  public void unregisterMetricFromSubscription(KafkaMetric metric) {}

  /**
   * @throws IllegalStateException always: it is a broker that gives this id, for telemetry
   */
  @Override
  public Uuid clientInstanceId(Duration timeout) {
    throw new IllegalStateException(
        "Telemetry is not enabled: a store takes none, whatever `"
            + ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG
            + "` says.");
  }

  @Override
  public void wakeup() {
    session.wakeup();
  }

  @Override
  public void close() {
    close(Duration.ofMillis(CLOSE_MS));
  }

  @Override
  public void close(Duration timeout) {
    close(CloseOptions.timeout(timeout));
  }

  @Override
  public void close(CloseOptions options) {
    if (options.timeout().isPresent() && options.timeout().get().toMillis() < 0) {
      throw new IllegalArgumentException("The timeout cannot be negative.");
    }
    GroupMembershipOperation operation = options.groupMembershipOperation();
    guard.enterAnyway();
    try {
      if (!guard.isClosed()) {
        session.close(operation);
      }
    } finally {
      guard.close();
      guard.leave();
    }
  }

  @SuppressWarnings("NullAway") // Kafka's interface doesn't keep null out
  private static boolean isNull(@Nullable Object value) {
    return value == null;
  }
}
