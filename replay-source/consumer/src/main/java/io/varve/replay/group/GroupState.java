package io.varve.replay.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A group at one moment.
 *
 * @param number rises by one with each change; 0 before the first
 * @param group the group's name
 * @param generation rises with each sharing out of partitions; 0 before the first
 * @param rebalancing whether members are giving up their partitions, for the next generation
 * @param joinUntilMs when members that have not joined by then are given up, while rebalancing
 * @param assignor the assignor that the members agreed on; empty if there is none yet
 * @param partitionCounts the topics that were shared out, with their numbers of partitions
 * @param members in the order in which they came
 * @param offsets what was committed
 */
public record GroupState(
    long number,
    String group,
    int generation,
    boolean rebalancing,
    long joinUntilMs,
    String assignor,
    Map<String, Integer> partitionCounts,
    List<GroupMember> members,
    Map<TopicPartition, CommittedOffset> offsets) {

  public GroupState {
    partitionCounts = Map.copyOf(partitionCounts);
    members = List.copyOf(members);
    offsets = Map.copyOf(offsets);
  }

  /** A group that nobody has used. */
  static GroupState empty(String group) {
    return new GroupState(0, group, 0, false, 0, "", Map.of(), List.of(), Map.of());
  }

  /** The member of that id, or null. */
  @Nullable GroupMember member(String id) {
    for (GroupMember member : members) {
      if (member.id().equals(id)) {
        return member;
      }
    }
    return null;
  }

  /** The static member of that name, or null. */
  @Nullable GroupMember instance(@Nullable String instanceId) {
    for (GroupMember member : members) {
      if (instanceId != null && instanceId.equals(member.instanceId())) {
        return member;
      }
    }
    return null;
  }

  boolean allJoined() {
    return members.stream().allMatch(GroupMember::joined);
  }

  GroupState withOffsets(Map<TopicPartition, CommittedOffset> committed) {
    Map<TopicPartition, CommittedOffset> all = new HashMap<>(offsets);
    all.putAll(committed);
    return new GroupState(
        number,
        group,
        generation,
        rebalancing,
        joinUntilMs,
        assignor,
        partitionCounts,
        members,
        all);
  }

  GroupState withMembers(List<GroupMember> others) {
    return new GroupState(
        number,
        group,
        generation,
        rebalancing,
        joinUntilMs,
        assignor,
        partitionCounts,
        others,
        offsets);
  }

  /** With every member as {@code change} makes it. */
  GroupState withEach(UnaryOperator<GroupMember> change) {
    return withMembers(members.stream().map(change).toList());
  }

  /** With {@code member} in the place of the one of the id {@code before}, or behind all others. */
  GroupState withMember(String before, GroupMember member) {
    List<GroupMember> all = new ArrayList<>(members);
    all.replaceAll(each -> each.id().equals(before) ? member : each);
    if (!all.contains(member)) {
      all.add(member);
    }
    return withMembers(all);
  }

  /** The members give up their partitions; who hasn't joined again in time is given up. */
  GroupState startRebalance(long untilMs) {
    if (rebalancing) {
      return this;
    }
    return new GroupState(
        number,
        group,
        generation,
        true,
        untilMs,
        assignor,
        partitionCounts,
        members.stream().map(member -> member.withJoined(false)).toList(),
        offsets);
  }

  /** The next generation, in which the members have what they were assigned. */
  GroupState completed(
      String chosen, Map<String, Integer> counts, List<GroupMember> assignedMembers) {
    return new GroupState(
        number,
        group,
        generation + 1,
        false,
        0,
        chosen,
        new TreeMap<>(counts),
        assignedMembers,
        offsets);
  }

  GroupState withNumber(long next) {
    return new GroupState(
        next,
        group,
        generation,
        rebalancing,
        joinUntilMs,
        assignor,
        partitionCounts,
        members,
        offsets);
  }
}
