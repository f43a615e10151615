package io.varve.replay.group;

import io.varve.base.Clock;
import io.varve.base.StoreFailedException;
import io.varve.format.Owner;
import io.varve.manifest.Instances;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's place in its group: what it committed, and, if it has subscribed, which partitions
 * it has.
 *
 * <p>There is no coordinator: whoever notices that a member is new, gone or dead starts a
 * rebalance, in which each member gives up its partitions and joins again. Whoever finds that all
 * have joined, or that the time for it is over, shares out the partitions and so begins the next
 * generation. A process that ends in whatever way is noticed by its lock, one that hangs by its
 * heartbeats.
 *
 * <p>Thread: confined to the consumer's.
 */
public final class Membership {

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final String HOST_NAME = "consumer";

  /**
   * How a member takes part.
   *
   * @param group the group's name
   * @param clientId the first part of a member's id
   * @param instanceId the name of a static member, or null
   */
  public record Settings(
      String group,
      String clientId,
      @Nullable String instanceId,
      long sessionTimeoutMs,
      long heartbeatIntervalMs,
      long pollIntervalMsMax,
      long metadataAgeMsMax) {}

  /** The consumer, as its membership needs it. */
  public interface Host {

    /** The topics that it wants by now. */
    Set<String> topics();

    /** Numbers of partitions, of those topics that exist. */
    Map<String, Integer> partitionCounts(Collection<String> topics);

    /** These topics as assignors see them. */
    Cluster cluster(Map<String, Integer> partitionCounts);

    /** Is about to give up all that it has. */
    void revoke();

    /** Has lost all that it had, to others. */
    void lose();

    /** Has these from now on. */
    void assigned(List<TopicPartition> partitions);
  }

  private final GroupFolder folder;
  private final Instances instances;
  private final Settings settings;
  private final Assignors assignors;
  private final Clock clock;
  private final Owner owner;

  private GroupState state;
  private @Nullable String id;
  private @Nullable Heartbeats heartbeats;
  private int generation = -1;
  private boolean rejoin;
  private Set<String> joinedTopics = Set.of();
  private long lookedNanos;
  private long checkedNanos;
  private long countedNanos;
  private long rebalanceStartNanos;
  private long rebalanceNanos;

  public Membership(
      GroupFolder folder,
      Instances instances,
      Settings settings,
      List<ConsumerPartitionAssignor> assignors,
      Clock clock) {
    this.folder = folder;
    this.instances = instances;
    this.settings = settings;
    this.assignors = new Assignors(assignors);
    this.clock = clock;
    this.owner = new Owner(HOST_NAME, "", ProcessHandle.current().pid(), instances.self());
    this.state = GroupState.empty(settings.group());
  }

  /** What was committed, of all partitions. */
  public Map<TopicPartition, CommittedOffset> offsets() {
    return folder.load().offsets();
  }

  /** Nanoseconds that the last rebalance took; 0 if none has ended since that was asked. */
  public long takeRebalanceNanos() {
    long nanos = rebalanceNanos;
    rebalanceNanos = 0;
    return nanos;
  }

  /** The group as Kafka's producers and assignors are told of it. */
  @SuppressWarnings("removal") // the only way to make one, as long as it is a class
  public ConsumerGroupMetadata metadata() {
    return new ConsumerGroupMetadata(
        settings.group(),
        generation,
        id == null ? "" : id,
        Optional.ofNullable(settings.instanceId()));
  }

  /** Has the partitions shared out anew at the next {@link #poll}. */
  public void requestRejoin() {
    rejoin = true;
  }

  /**
   * Commits offsets; they are durable on return.
   *
   * @param shared whether the partitions are the group's to share out
   * @throws CommitFailedException if they are others' by now
   */
  public void commit(Map<TopicPartition, CommittedOffset> offsets, boolean shared) {
    state =
        folder.update(
            now -> {
              checkMayCommit(now, shared);
              return now.withOffsets(offsets);
            });
  }

  private void checkMayCommit(GroupState now, boolean shared) {
    String self = id;
    if (shared && (self == null || generation < 0)) {
      throw new CommitFailedException(
          "Offset commit cannot be completed since the consumer is not part of an active group for"
              + " auto partition assignment; it is likely that the consumer was kicked out of the"
              + " group.");
    }
    if (!shared) {
      List<GroupMember> others = living(now);
      if (!others.isEmpty()) {
        throw new CommitFailedException(
            "Group "
                + settings.group()
                + " has members that share out partitions, such as "
                + others.get(0).id()
                + "; expected a group of its own for a consumer whose partitions are assigned by"
                + " hand");
      }
      return;
    }
    if (self != null && now.member(self) == null) {
      throwIfFenced(now);
      throw new CommitFailedException();
    }
    if (now.generation() != generation) {
      throw new CommitFailedException();
    }
  }

  private void throwIfFenced(GroupState now) {
    if (now.instance(settings.instanceId()) != null) {
      throw new FencedInstanceIdException(
          "Another consumer has taken the place of group.instance.id "
              + settings.instanceId()
              + " in group "
              + settings.group());
    }
  }

  /** Takes a step in the group: joins, notices what others do, takes what it is assigned. */
  public void poll(Host host) {
    Heartbeats beating = heartbeats;
    if (beating != null) {
      beating.polled();
    }
    try {
      if (id == null || rejoin || !joinedTopics.equals(host.topics())) {
        join(host);
        look(host);
      } else if (clock.nanos() - lookedNanos >= LOOK_NANOS) {
        look(host);
      }
    } catch (IOException e) {
      throw new StoreFailedException("Taking part in group " + settings.group() + " failed", e);
    }
  }

  /** Whether it has its partitions of the newest generation, as far as it knows. */
  public boolean isStable() {
    return id != null && generation >= 0;
  }

  private void look(Host host) throws IOException {
    lookedNanos = clock.nanos();
    if (folder.changedSince(state)) {
      state = folder.load();
    }
    if (!stillIn()) {
      generation = -1;
      stopHeartbeats();
      id = null;
      host.lose();
      throwIfFenced(state);
      join(host);
    }
    if (lookedNanos - checkedNanos >= TimeUnit.MILLISECONDS.toNanos(settings.heartbeatIntervalMs())
        || state.rebalancing()) {
      checkedNanos = lookedNanos;
      removeDead();
    }
    if (lookedNanos - countedNanos >= TimeUnit.MILLISECONDS.toNanos(settings.metadataAgeMsMax())) {
      countedNanos = lookedNanos;
      checkPartitions(host);
    }
    if (state.rebalancing()) {
      if (!self().joined()) {
        join(host);
      }
      if (state.allJoined() || clock.wallMs() >= state.joinUntilMs()) {
        complete(host);
      }
    }
    if (!state.rebalancing() && state.generation() != generation && stillIn()) {
      adopt(host);
    }
  }

  private boolean stillIn() {
    return id != null && state.member(id) != null;
  }

  private GroupMember self() {
    GroupMember self = id == null ? null : state.member(id);
    if (self == null) {
      throw new IllegalStateException("not a member of " + settings.group());
    }
    return self;
  }

  /** Gives up what it has, if it has it still, and says that it wants to go on. */
  private void join(Host host) throws IOException {
    if (rebalanceStartNanos == 0) {
      rebalanceStartNanos = clock.nanos();
    }
    host.revoke();
    generation = -1;
    Set<String> topics = new TreeSet<>(host.topics());
    GroupMember me = member(topics);
    state =
        folder.update(
            now -> {
              GroupMember before =
                  settings.instanceId() == null
                      ? now.member(me.id())
                      : now.instance(settings.instanceId());
              List<GroupMember> all = new ArrayList<>(now.members());
              all.remove(before);
              all.add(me);
              Assignors.agreedOn(all);
              if (before == null) {
                return rebalanced(now).withMember(me.id(), me);
              }
              boolean comesBack = !before.id().equals(me.id()) && before.wantsWhat(me);
              if (comesBack && !now.rebalancing()) {
                return now.withMember(
                    before.id(), me.withAssigned(before.assigned(), before.assignedData()));
              }
              return rebalanced(now).withMember(before.id(), me);
            });
    joinedTopics = new HashSet<>(topics);
    rejoin = false;
  }

  private GroupState rebalanced(GroupState now) {
    return now.startRebalance(clock.wallMs() + settings.pollIntervalMsMax());
  }

  private GroupMember member(Set<String> topics) throws IOException {
    String self = id;
    if (self == null) {
      self =
          (settings.instanceId() == null ? settings.clientId() : settings.instanceId())
              + "-"
              + UUID.randomUUID();
      instances.register();
      folder.sweep();
      String beating = self;
      heartbeats =
          Heartbeats.start(
              folder.heartbeats(),
              self,
              clock,
              settings.heartbeatIntervalMs(),
              settings.pollIntervalMsMax(),
              () -> removeMember(beating));
      id = self;
    }
    return new GroupMember(
        self,
        settings.instanceId(),
        owner,
        settings.sessionTimeoutMs(),
        settings.instanceId() != null,
        true,
        assignors.protocols(topics),
        List.copyOf(topics),
        List.of(),
        null);
  }

  /** Thread: any. */
  private void removeMember(String member) {
    folder.update(
        now -> {
          if (now.member(member) == null) {
            return now;
          }
          List<GroupMember> others = new ArrayList<>(now.members());
          others.removeIf(each -> each.id().equals(member));
          return others.isEmpty()
              ? now.completed("", Map.of(), others)
              : rebalanced(now.withMembers(others));
        });
  }

  private void removeDead() throws IOException {
    List<GroupMember> before = state.members();
    if (living(state).size() == before.size()) {
      return;
    }
    state =
        folder.update(
            now -> {
              List<GroupMember> living = living(now);
              return living.size() == now.members().size()
                  ? now
                  : rebalanced(now.withMembers(living));
            });
    for (GroupMember member : before) {
      if (state.member(member.id()) == null) {
        folder.heartbeats().delete(member.id());
      }
    }
  }

  /** The members that live; this one does. */
  private List<GroupMember> living(GroupState now) {
    List<GroupMember> living = new ArrayList<>();
    for (GroupMember member : now.members()) {
      if (member.id().equals(id) || Members.lives(member, folder.heartbeats(), instances, clock)) {
        living.add(member);
      } else {
        LOG.info("Member {} of group {} is gone", member.id(), settings.group());
      }
    }
    return living;
  }

  /** Topics that have come or grown are shared out, too. */
  private void checkPartitions(Host host) {
    if (state.rebalancing() || state.members().isEmpty()) {
      return;
    }
    Set<String> wanted = new HashSet<>();
    state.members().forEach(member -> wanted.addAll(member.topics()));
    if (!host.partitionCounts(wanted).equals(state.partitionCounts())) {
      int seen = state.generation();
      state =
          folder.update(
              now -> now.generation() == seen && !now.members().isEmpty() ? rebalanced(now) : now);
    }
  }

  /** Shares out the partitions among those that have joined. */
  private void complete(Host host) {
    state =
        folder.update(
            now -> {
              List<GroupMember> joined =
                  now.members().stream().filter(GroupMember::joined).toList();
              boolean due = now.allJoined() || clock.wallMs() >= now.joinUntilMs();
              if (!now.rebalancing() || !due || joined.isEmpty()) {
                return now;
              }
              Set<String> wanted = new TreeSet<>();
              joined.forEach(member -> wanted.addAll(member.topics()));
              Map<String, Integer> counts = host.partitionCounts(wanted);
              String assignor = Assignors.agreedOn(joined);
              return now.completed(
                  assignor, counts, assignors.assign(assignor, host.cluster(counts), joined));
            });
  }

  private void adopt(Host host) {
    GroupMember self = self();
    generation = state.generation();
    countedNanos = clock.nanos();
    if (rebalanceStartNanos != 0) {
      rebalanceNanos = Math.max(1, clock.nanos() - rebalanceStartNanos);
      rebalanceStartNanos = 0;
    }
    assignors.tell(state.assignor(), self.assigned(), self.assignedData(), metadata());
    LOG.info(
        "Generation {} of group {}: member {} has {}",
        generation,
        settings.group(),
        self.id(),
        self.assigned());
    host.assigned(self.assigned());
  }

  /**
   * Ends the membership. The others learn of it at once, unless it is to remain: then they do when
   * its session is over.
   */
  public void leave(boolean remain) {
    String self = id;
    Heartbeats beating = heartbeats;
    id = null;
    generation = -1;
    joinedTopics = Set.of();
    heartbeats = null;
    if (self == null) {
      return;
    }
    if (beating != null) {
      beating.close(remain);
    }
    if (remain) {
      state =
          folder.update(
              now -> {
                GroupMember member = now.member(self);
                return member == null || member.lingers()
                    ? now
                    : now.withMember(self, member.lingering());
              });
    } else {
      removeMember(self);
    }
  }

  private void stopHeartbeats() {
    Heartbeats beating = heartbeats;
    heartbeats = null;
    if (beating != null) {
      beating.close();
    }
  }
}
