package io.varve.replay.group;

import io.varve.replay.group.GroupMember.Protocol;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's partition assignors, asked as a group's leader asks them. Members have given up all that
 * they had by then, whatever an assignor's protocol is.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Assignors {

  private final List<ConsumerPartitionAssignor> all;

  Assignors(List<ConsumerPartitionAssignor> all) {
    this.all = all;
  }

  /** What a member tells each of them, the best one first. */
  List<Protocol> protocols(Set<String> topics) {
    List<Protocol> protocols = new ArrayList<>();
    for (ConsumerPartitionAssignor each : all) {
      ByteBuffer data = each.subscriptionUserData(topics);
      protocols.add(new Protocol(each.name(), data == null ? null : bytes(data)));
    }
    return protocols;
  }

  /**
   * The assignor that all members can do with and most of them like best.
   *
   * @throws InconsistentGroupProtocolException if there is none
   */
  static String agreedOn(List<GroupMember> members) {
    Set<String> common = new LinkedHashSet<>(members.get(0).protocolsByName().keySet());
    for (GroupMember member : members) {
      common.retainAll(member.protocolsByName().keySet());
    }
    Map<String, Integer> votes = new HashMap<>();
    for (GroupMember member : members) {
      for (String name : member.protocolsByName().keySet()) {
        if (common.contains(name)) {
          votes.merge(name, 1, Integer::sum);
          break;
        }
      }
    }
    String best = null;
    for (String name : common) {
      if (best == null || votes.getOrDefault(name, 0) > votes.getOrDefault(best, 0)) {
        best = name;
      }
    }
    if (best == null) {
      throw new InconsistentGroupProtocolException(
          "The members of the group have no partition assignor in common; expected one name in"
              + " partition.assignment.strategy that all of them have");
    }
    return best;
  }

  /**
   * The members with what they are assigned.
   *
   * @param cluster the topics that they want
   */
  List<GroupMember> assign(String name, Cluster cluster, List<GroupMember> members) {
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (GroupMember member : members) {
      Protocol protocol = member.protocolsByName().get(name);
      byte[] data = protocol == null ? null : protocol.userData();
      Subscription subscription =
          new Subscription(
              member.topics(),
              data == null ? null : ByteBuffer.wrap(data),
              List.of(),
              -1,
              Optional.empty());
      subscription.setGroupInstanceId(Optional.ofNullable(member.instanceId()));
      subscriptions.put(member.id(), subscription);
    }
    Map<String, Assignment> assignments =
        get(name).assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
    List<GroupMember> assigned = new ArrayList<>();
    for (GroupMember member : members) {
      Assignment assignment = assignments.get(member.id());
      ByteBuffer data = assignment == null ? null : assignment.userData();
      assigned.add(
          member.withAssigned(
              assignment == null ? List.of() : List.copyOf(assignment.partitions()),
              data == null ? null : bytes(data)));
    }
    return assigned;
  }

  /** Tells the assignor what this member has been assigned. */
  void tell(
      String name,
      List<TopicPartition> partitions,
      byte @Nullable [] data,
      ConsumerGroupMetadata metadata) {
    get(name)
        .onAssignment(
            new Assignment(
                new ArrayList<>(new HashSet<>(partitions)),
                data == null ? null : ByteBuffer.wrap(data)),
            metadata);
  }

  private ConsumerPartitionAssignor get(String name) {
    for (ConsumerPartitionAssignor each : all) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    throw new InconsistentGroupProtocolException(
        "The group shares out partitions by assignor '"
            + name
            + "', which this member doesn't have");
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
