package io.varve.replay;

import io.varve.Store;
import io.varve.base.Clock;
import io.varve.event.StreamPartition;
import io.varve.manifest.StoreFiles;
import io.varve.replay.group.GroupFolder;
import io.varve.replay.group.Membership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * An open consumer: its parts, and the calls that wait for something. Waiting, it looks for more
 * every few milliseconds, and less and less often up to twenty times a second.
 *
 * <p>Thread: confined to the consumer's, but for {@link #wakeup} and {@link #metrics}.
 */
final class ReplaySession<K, V> {

  private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Set<String> INTERNAL_TOPICS =
      Set.of("__consumer_offsets", "__transaction_state");

  private final Store store;
  private final Clock clock = Clock.SYSTEM;
  private final ReplaySettings settings;
  private final Plugins<K, V> plugins;
  private final Topics topics;
  private final Subscriptions subscriptions = new Subscriptions();
  private final RecordMaker<K, V> maker;
  private final Fetch<K, V> fetch;
  private final Positions positions;
  private final ConsumerMeter meter;
  private final @Nullable Membership group;
  private final @Nullable Commits commits;
  private final SharedPartitions shared;
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile @Nullable Thread waiting;
  private volatile int assignedCount;
  private long matchedNanos;

  private ReplaySession(Store store, ReplaySettings settings, Plugins<K, V> plugins) {
    this.store = store;
    this.settings = settings;
    this.plugins = plugins;
    this.topics = new Topics(store, clock, settings.metadataAgeMsMax());
    this.meter = new ConsumerMeter(plugins.metrics(), () -> assignedCount);
    this.group = membership();
    this.maker =
        new RecordMaker<>(
            plugins.keys(), plugins.values(), new StoredBytes(settings.structuredData(), store));
    OffsetReset policy = settings.offsetReset();
    this.fetch =
        new Fetch<>(
            store,
            topics,
            subscriptions,
            maker,
            policy,
            new Fetch.Limits(
                settings.pollRecordsMax(), settings.pollBytesMax(), settings.partitionBytesMax()),
            settings.filter(),
            new Look(clock, woken::get),
            meter);
    this.positions = new Positions(topics, subscriptions, group, policy);
    this.commits =
        group == null
            ? null
            : new Commits(
                topics,
                subscriptions,
                group,
                plugins.interceptors(),
                clock,
                meter,
                settings.autoCommits(),
                settings.autoCommitIntervalMs());
    this.shared =
        new SharedPartitions(topics, subscriptions, this::autoCommit, this::assignmentChanged);
  }

  private @Nullable Membership membership() {
    String id = settings.groupId();
    if (id == null) {
      return null;
    }
    if (id.isEmpty()) {
      throw new InvalidGroupIdException(
          "group.id is empty; expected the group's name, or none at all");
    }
    StoreFiles files = store.backupSource();
    return new Membership(
        new GroupFolder(files.layout().root(), id, files.instances()),
        files.instances(),
        new Membership.Settings(
            id,
            settings.clientId(),
            settings.groupInstanceId(),
            settings.sessionTimeoutMs(),
            settings.heartbeatIntervalMs(),
            settings.pollIntervalMsMax(),
            settings.metadataAgeMsMax()),
        plugins.assignors(),
        clock);
  }

  /**
   * Opens the store, and makes what is set.
   *
   * @throws KafkaException if that is not possible
   */
  static <K, V> ReplaySession<K, V> open(
      ReplaySettings settings, @Nullable Deserializer<K> keys, @Nullable Deserializer<V> values) {
    Store store = null;
    Plugins<K, V> plugins = null;
    boolean done = false;
    try {
      store = Store.openReadOnly(settings.storePath());
      plugins = Plugins.make(settings, keys, values);
      ReplaySession<K, V> session = new ReplaySession<>(store, settings, plugins);
      settings.kafka().logUnused();
      done = true;
      return session;
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      // The store's, or a program's own class has thrown it.
      throw new KafkaException("Failed to construct the consumer: " + e.getMessage(), e);
    } finally {
      if (!done) {
        // What went wrong first is what the caller is told.
        Utils.closeQuietly(plugins, "the plugins of a consumer that can't be made");
        Utils.closeQuietly(store, "the store of a consumer that can't be made");
      }
    }
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  Topics topics() {
    return topics;
  }

  Metrics metrics() {
    return plugins.metrics();
  }

  boolean hasGroup() {
    return group != null;
  }

  /** The membership of a consumer that has a group. */
  Membership group() {
    if (group == null) {
      throw new IllegalStateException("The consumer has no group.");
    }
    return group;
  }

  private Commits commits() {
    if (commits == null) {
      throw new IllegalStateException("The consumer has no group.");
    }
    return commits;
  }

  Deadline deadline(Duration timeout) {
    return Deadline.in(timeout, clock);
  }

  void requireAssignors() {
    if (plugins.assignors().isEmpty()) {
      throw new IllegalStateException(
          "Must configure at least one partition assigner class name to "
              + ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG
              + " configuration property");
    }
  }

  void subscribe(Pattern pattern, @Nullable ConsumerRebalanceListener listener) {
    requireAssignors();
    boolean all = !settings.excludesInternalTopics();
    subscriptions.subscribe(
        topic -> pattern.matcher(topic).matches() && (all || !INTERNAL_TOPICS.contains(topic)),
        listener);
    match();
  }

  private void match() {
    Predicate<String> wanted = subscriptions.pattern();
    if (wanted != null) {
      matchedNanos = clock.nanos();
      Set<String> matching = new TreeSet<>(topics.names());
      matching.removeIf(topic -> !wanted.test(topic));
      subscriptions.matched(matching);
    }
  }

  void assign(Collection<TopicPartition> partitions) {
    autoCommit();
    subscriptions.assignByHand(partitions);
    assignmentChanged();
  }

  void unsubscribe() {
    if (group != null && subscriptions.isShared()) {
      leave(false);
    }
    subscriptions.unsubscribe();
    assignmentChanged();
  }

  private void leave(boolean remain) {
    Membership member = group();
    try {
      if (member.isStable()) {
        shared.revokeUncommitted();
      } else {
        shared.lose();
      }
    } finally {
      member.leave(remain);
    }
  }

  private void assignmentChanged() {
    assignedCount = subscriptions.assignment().size();
    meter.keepLags(subscriptions.assignment());
  }

  private void autoCommit() {
    if (commits != null) {
      commits.autoCommit();
    }
  }

  void pollStarts() {
    meter.pollStarts(clock.wallMs());
  }

  /** The next records, or none if none come in time. */
  ConsumerRecords<K, V> poll(Deadline deadline) {
    meter.pollStarts(clock.wallMs());
    try {
      long pause = PAUSE_NANOS_MIN;
      while (true) {
        throwIfWokenUp();
        takePart();
        positions.update();
        ConsumerRecords<K, V> records = fetch.collect(deadline);
        if (!records.isEmpty()) {
          return plugins.interceptors().onConsume(records);
        }
        // What is removed doesn't grow: that must not look like an end where nothing comes.
        topics.requireStore();
        if (deadline.isOver()) {
          return ConsumerRecords.empty();
        }
        pause = fetch.leftForLater() ? goOn() : pause(pause, deadline);
      }
    } finally {
      meter.pollEnds(clock.wallMs());
    }
  }

  /** What a poll does for the group. */
  private void takePart() {
    if (commits == null || group == null) {
      return;
    }
    commits.tell();
    if (subscriptions.isShared()) {
      if (subscriptions.pattern() != null
          && clock.nanos() - matchedNanos
              >= TimeUnit.MILLISECONDS.toNanos(settings.metadataAgeMsMax())) {
        match();
      }
      group.poll(shared);
      long rebalanceNanos = group.takeRebalanceNanos();
      if (rebalanceNanos > 0) {
        meter.rebalanced(rebalanceNanos);
      }
    }
    commits.autoCommitIfDue();
  }

  /** Waits for nothing; returns how long the next moment is. */
  private static long goOn() {
    throwIfInterrupted();
    return PAUSE_NANOS_MIN;
  }

  private static void throwIfInterrupted() {
    if (Thread.interrupted()) {
      throw new InterruptException(new InterruptedException());
    }
  }

  /** Waits a moment; returns how long the next moment is. */
  private long pause(long nanos, Deadline deadline) {
    waiting = Thread.currentThread();
    try {
      throwIfInterrupted();
      if (!woken.get()) {
        LockSupport.parkNanos(this, Math.min(nanos, Math.max(1, deadline.leftNanos())));
      }
    } finally {
      waiting = null;
    }
    return Math.min(2 * nanos, PAUSE_NANOS_MAX);
  }

  /** Thread: any. */
  void wakeup() {
    woken.set(true);
    Thread thread = waiting;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  void throwIfWokenUp() {
    if (woken.getAndSet(false)) {
      throw new WakeupException();
    }
  }

  long position(AssignedPartition partition, Deadline deadline) {
    long pause = PAUSE_NANOS_MIN;
    while (!partition.positioned()) {
      positions.update();
      throwIfWokenUp();
      if (!partition.positioned()) {
        if (deadline.isOver()) {
          throw new TimeoutException(
              "Timeout expired before the position for partition "
                  + partition.name()
                  + " could be determined: the store doesn't have it");
        }
        pause = pause(pause, deadline);
      }
    }
    return partition.position();
  }

  OptionalLong lag(AssignedPartition partition) {
    StreamPartition log = topics.log(partition.name());
    return partition.positioned() && log != null
        ? OptionalLong.of(Math.max(0, topics.end(log) - partition.position()))
        : OptionalLong.empty();
  }

  void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Deadline deadline) {
    long start = clock.nanos();
    try {
      commits().tell();
      long pause = PAUSE_NANOS_MIN;
      while (!offsets.isEmpty()) {
        throwIfWokenUp();
        try {
          commits().commit(offsets);
          return;
        } catch (UnknownTopicOrPartitionException e) {
          if (deadline.isOver()) {
            throw new TimeoutException(
                "Timeout expired before successfully committing offsets " + offsets, e);
          }
          pause = pause(pause, deadline);
        }
      }
    } finally {
      meter.commitSyncTook(clock.nanos() - start);
    }
  }

  void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
    commits().tell();
    commits().commitAndTell(offsets, callback);
  }

  Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    long start = clock.nanos();
    try {
      if (!partitions.isEmpty()) {
        throwIfWokenUp();
      }
      return commits().committed(partitions);
    } finally {
      meter.committedTook(clock.nanos() - start);
    }
  }

  /**
   * The logs of these partitions, as soon as the store has them all.
   *
   * @throws TimeoutException if it doesn't in time
   */
  Map<TopicPartition, StreamPartition> awaitLogs(
      Collection<TopicPartition> partitions, Deadline deadline) {
    Map<TopicPartition, StreamPartition> logs = new LinkedHashMap<>();
    long pause = PAUSE_NANOS_MIN;
    while (true) {
      if (!partitions.isEmpty()) {
        throwIfWokenUp();
      }
      List<TopicPartition> missing = new ArrayList<>();
      for (TopicPartition partition : partitions) {
        StreamPartition log = topics.log(partition);
        if (log == null) {
          missing.add(partition);
        } else {
          logs.put(partition, log);
        }
      }
      if (missing.isEmpty()) {
        return logs;
      }
      if (deadline.isOver()) {
        throw new TimeoutException(
            "Timeout expired before the offsets of "
                + missing
                + " were known: the store doesn't"
                + " have them");
      }
      pause = pause(pause, deadline);
    }
  }

  /** Ends everything, whatever fails on the way. An interrupt waits until that is done. */
  void close(GroupMembershipOperation operation) {
    boolean interrupted = Thread.interrupted();
    try {
      closeAll(operation);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeAll(GroupMembershipOperation operation) {
    List<Runnable> steps = new ArrayList<>();
    if (commits != null) {
      steps.add(commits::autoCommit);
      steps.add(commits::tell);
    }
    if (group != null && subscriptions.isShared()) {
      boolean remain =
          operation == GroupMembershipOperation.REMAIN_IN_GROUP
              || (operation == GroupMembershipOperation.DEFAULT
                  && settings.groupInstanceId() != null);
      steps.add(() -> leave(remain));
    }
    steps.add(subscriptions::unsubscribe);
    steps.add(plugins::close);
    steps.add(store::close);
    RuntimeException first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw new KafkaException("Failed to close the consumer", first);
    }
  }

  /** The positions by partition, for messages. */
  @Override
  public String toString() {
    return "ReplaySession" + new HashMap<>(subscriptions.allConsumed());
  }
}
