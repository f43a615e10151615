package io.varve.replay;

import io.varve.replay.group.Membership;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * What the group does to this consumer: gives it partitions and takes them, and has the program's
 * listener told.
 *
 * <p>Thread: confined to the consumer's.
 */
final class SharedPartitions implements Membership.Host {

  private final Topics topics;
  private final Subscriptions subscriptions;
  private final Runnable beforeRevoking;
  private final Runnable changed;

  /**
   * @param beforeRevoking commits what has been consumed, if that is set
   * @param changed is run when the assignment has changed
   */
  SharedPartitions(
      Topics topics, Subscriptions subscriptions, Runnable beforeRevoking, Runnable changed) {
    this.topics = topics;
    this.subscriptions = subscriptions;
    this.beforeRevoking = beforeRevoking;
    this.changed = changed;
  }

  @Override
  public Set<String> topics() {
    return subscriptions.topics();
  }

  @Override
  public Map<String, Integer> partitionCounts(Collection<String> names) {
    Map<String, Integer> counts = new HashMap<>();
    for (String name : names) {
      int count = topics.partitionCount(name);
      if (count > 0) {
        counts.put(name, count);
      }
    }
    return counts;
  }

  @Override
  public Cluster cluster(Map<String, Integer> partitionCounts) {
    return Topics.cluster(partitionCounts);
  }

  @Override
  public void revoke() {
    if (!subscriptions.assignment().isEmpty()) {
      beforeRevoking.run();
    }
    revokeUncommitted();
  }

  /** Gives up all that it has, as it stands. */
  void revokeUncommitted() {
    if (!subscriptions.assignment().isEmpty()) {
      giveUp(ConsumerRebalanceListener::onPartitionsRevoked);
    }
  }

  @Override
  public void lose() {
    if (!subscriptions.assignment().isEmpty()) {
      giveUp(ConsumerRebalanceListener::onPartitionsLost);
    }
  }

  private interface Call {
    void of(ConsumerRebalanceListener listener, Collection<TopicPartition> partitions);
  }

  private void giveUp(Call call) {
    try {
      tell(call, new LinkedHashSet<>(subscriptions.assignment()));
    } finally {
      subscriptions.clearAssignment();
      changed.run();
    }
  }

  @Override
  public void assigned(List<TopicPartition> partitions) {
    subscriptions.assignShared(partitions);
    changed.run();
    tell(ConsumerRebalanceListener::onPartitionsAssigned, new LinkedHashSet<>(partitions));
  }

  private void tell(Call call, Set<TopicPartition> partitions) {
    try {
      call.of(subscriptions.listener(), partitions);
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new KafkaException("User rebalance callback throws an error", e);
    }
  }
}
