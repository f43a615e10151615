package io.varve.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a cluster, through one admin client that is opened at first use.
 *
 * <p>Thread: safe; the admin client's life is guarded by this.
 */
public final class Topics implements AutoCloseable {
  private static final long TIMEOUT_MS = 30_000;
  private static final long PROBE_TIMEOUT_MS = 5_000;

  private final String bootstrap;
  private @Nullable Admin admin;

  Topics(String bootstrap) {
    this.bootstrap = bootstrap;
  }

  /** The admin client, for whatever isn't offered here; closed with the cluster. */
  public synchronized Admin admin() {
    if (admin == null) {
      admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    }
    return admin;
  }

  /** Creates a topic and returns when the broker serves all of its partitions. */
  public void create(String topic, int partitions) {
    create(topic, partitions, Map.of());
  }

  /** As {@link #create(String, int)}, with topic settings such as {@code cleanup.policy}. */
  public void create(String topic, int partitions, Map<String, String> settings) {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings);
    get("create topic " + topic, admin().createTopics(List.of(wanted)).all());
    await("topic " + topic + " to be served", () -> hasLeaders(topic, partitions));
    // The broker names a leader before that leader takes requests. A producer's first batch that
    // came in between would be refused, its second taken, and the first then be out of order for
    // ever. This request is made again until every leader answers.
    endOffsets(topic);
  }

  /** Deletes a topic and returns when it is gone. */
  public void delete(String topic) {
    get("delete topic " + topic, admin().deleteTopics(List.of(topic)).all());
    await("topic " + topic + " to be gone", () -> !exists(topic));
  }

  public boolean exists(String topic) {
    return describe(topic).isPresent();
  }

  /** All topics but Kafka's own internal ones. */
  public SortedSet<String> names() {
    return new TreeSet<>(get("list topics", admin().listTopics().names()));
  }

  /**
   * By partition, the first offset that is not yet written, open transactions and their markers
   * counted.
   */
  public SortedMap<Integer, Long> endOffsets(String topic) {
    return offsets(topic, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
  }

  /** By partition, the first offset that a {@code read_committed} consumer can't read yet. */
  public SortedMap<Integer, Long> committedEndOffsets(String topic) {
    return offsets(topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
  }

  /** By partition, the first offset that is still there. */
  public SortedMap<Integer, Long> startOffsets(String topic) {
    return offsets(topic, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
      admin = null;
    }
  }

  /** Whether the broker has joined its cluster, so that topics can be created. */
  boolean hasBroker() {
    try {
      return !admin()
          .describeCluster()
          .nodes()
          .get(PROBE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
          .isEmpty();
    } catch (ExecutionException | TimeoutException notYet) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted("wait for the broker", e);
    }
  }

  private SortedMap<Integer, Long> offsets(
      String topic, OffsetSpec spec, IsolationLevel isolation) {
    TopicDescription description =
        describe(topic)
            .orElseThrow(
                () -> new ClusterException("No topic " + topic + ": there are " + names() + "."));
    Map<TopicPartition, OffsetSpec> wanted =
        new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
    description
        .partitions()
        .forEach(p -> wanted.put(new TopicPartition(topic, p.partition()), spec));
    SortedMap<Integer, Long> offsets = new TreeMap<>();
    get(
            "list offsets of " + topic,
            admin().listOffsets(wanted, new ListOffsetsOptions(isolation)).all())
        .forEach((partition, found) -> offsets.put(partition.partition(), found.offset()));
    return offsets;
  }

  private boolean hasLeaders(String topic, int partitions) {
    List<TopicPartitionInfo> found = new ArrayList<>();
    describe(topic).ifPresent(description -> found.addAll(description.partitions()));
    return found.size() == partitions
        && found.stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty());
  }

  private Optional<TopicDescription> describe(String topic) {
    try {
      return Optional.ofNullable(
          admin()
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
              .get(topic));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw failed("describe topic " + topic, e.getCause());
    } catch (TimeoutException e) {
      throw failed("describe topic " + topic, e);
    } catch (InterruptedException e) {
      throw interrupted("describe topic " + topic, e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    Waiting.until(what, Duration.ofMillis(TIMEOUT_MS), condition);
  }

  private static ClusterException failed(String what, @Nullable Throwable cause) {
    return new ClusterException("Could not %s: %s".formatted(what, cause), cause);
  }

  private static ClusterException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ClusterException("Interrupted: could not " + what, e);
  }

  private static <T> T get(String what, KafkaFuture<T> future) {
    try {
      return future.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failed(what, e.getCause());
    } catch (TimeoutException e) {
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }
}
