package io.varve.replay.topic;

import io.varve.base.BadSettingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A topic as its cluster has it at a moment.
 *
 * @param starts by partition the first offset that is there
 * @param ends by partition the offset behind the last that a transaction has committed
 */
public record TopicState(String name, Uuid id, Map<Integer, Long> starts, Map<Integer, Long> ends) {

  /**
   * Asks for it.
   *
   * @throws BadSettingException if there is no such topic
   * @throws KafkaException if the cluster doesn't answer, or refuses
   */
  public static TopicState of(Admin cluster, String topic) {
    TopicDescription description = describe(cluster, topic);
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> end = new HashMap<>();
    description
        .partitions()
        .forEach(
            each -> {
              TopicPartition partition = new TopicPartition(topic, each.partition());
              first.put(partition, OffsetSpec.earliest());
              end.put(partition, OffsetSpec.latest());
            });
    return new TopicState(
        topic, description.topicId(), offsets(cluster, first), offsets(cluster, end));
  }

  private static TopicDescription describe(Admin cluster, String topic) {
    try {
      Map<String, TopicDescription> found =
          cluster.describeTopics(List.of(topic)).allTopicNames().get();
      return Objects.requireNonNull(found.get(topic), "the cluster's answer has no " + topic);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof InvalidTopicException) {
        throw new BadSettingException(
            "topic",
            topic,
            "a topic that the cluster has; make it, with as many partitions as the"
                + " stream has");
      }
      throw refused(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Map<Integer, Long> offsets(Admin cluster, Map<TopicPartition, OffsetSpec> specs) {
    Map<Integer, Long> offsets = new TreeMap<>();
    get(cluster.listOffsets(specs, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all())
        .forEach((partition, found) -> offsets.put(partition.partition(), found.offset()));
    return offsets;
  }

  /** What the cluster answers. */
  public static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw refused(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static KafkaException refused(ExecutionException e) {
    Throwable cause = e.getCause();
    String why = cause == null ? "" : String.valueOf(cause.getMessage());
    return cause instanceof TimeoutException
        ? new KafkaException("The cluster doesn't answer: " + why, cause)
        : new KafkaException("The cluster refused: " + why, cause);
  }
}
