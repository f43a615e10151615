package io.varve.replay.group;

import io.varve.format.Owner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A consumer in a group.
 *
 * @param id what nobody else is ever called
 * @param instanceId the name of a static member, or null
 * @param owner which process it is, and through which opening of the store
 * @param sessionTimeoutMs how long its heartbeat may be old
 * @param lingers whether it stays when its process is gone, for as long as its session lasts
 * @param joined whether it has given up its partitions, for the next generation
 * @param protocols the assignors that it can do with, the best one first, with what it tells each
 * @param topics the topics that it wants
 * @param assigned the partitions that it has
 * @param assignedData what the assignor tells it beside, or null
 */
public record GroupMember(
    String id,
    @Nullable String instanceId,
    Owner owner,
    long sessionTimeoutMs,
    boolean lingers,
    boolean joined,
    List<Protocol> protocols,
    List<String> topics,
    List<TopicPartition> assigned,
    byte @Nullable [] assignedData) {

  /**
   * What a member tells an assignor.
   *
   * @param assignor its name
   * @param userData its own bytes, or null
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Protocol(String assignor, byte @Nullable [] userData) {}

  GroupMember withJoined(boolean has) {
    return new GroupMember(
        id,
        instanceId,
        owner,
        sessionTimeoutMs,
        lingers,
        has,
        protocols,
        topics,
        assigned,
        assignedData);
  }

  GroupMember withAssigned(List<TopicPartition> partitions, byte @Nullable [] data) {
    return new GroupMember(
        id,
        instanceId,
        owner,
        sessionTimeoutMs,
        lingers,
        joined,
        protocols,
        topics,
        partitions,
        data);
  }

  GroupMember lingering() {
    return new GroupMember(
        id,
        instanceId,
        owner,
        sessionTimeoutMs,
        true,
        joined,
        protocols,
        topics,
        assigned,
        assignedData);
  }

  /** Whether {@code other} wants the same topics, by the same assignors. */
  boolean wantsWhat(GroupMember other) {
    return topics.equals(other.topics)
        && protocols.stream()
            .map(Protocol::assignor)
            .toList()
            .equals(other.protocols.stream().map(Protocol::assignor).toList());
  }

  /** What it tells each assignor, by name. */
  Map<String, Protocol> protocolsByName() {
    Map<String, Protocol> byName = new LinkedHashMap<>();
    protocols.forEach(protocol -> byName.putIfAbsent(protocol.assignor(), protocol));
    return byName;
  }
}
