package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static io.varve.replay.StoreFixture.pollUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of a group share partitions, give them up and take them over. */
final class GroupTest {

  private static final int PARTITIONS = 6;

  @TempDir Path folder;
  private StoreFixture store;

  @BeforeEach
  void open() {
    store = new StoreFixture(folder.resolve("store"));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      store.append("orders", partition, "a", "b");
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  private VarveConsumer<String, String> member(Object... more) {
    Object[] all = new Object[more.length + 2];
    all[0] = "group.id";
    all[1] = "g";
    System.arraycopy(more, 0, all, 2, more.length);
    return store.consumer(all);
  }

  private static Set<TopicPartition> all(int partitions) {
    Set<TopicPartition> all = new HashSet<>();
    for (int partition = 0; partition < partitions; partition++) {
      all.add(new TopicPartition("orders", partition));
    }
    return all;
  }

  /** Whether they have these partitions, each one of them, none with two, and none without any. */
  @SafeVarargs
  private static boolean share(
      Set<TopicPartition> partitions, Consumer<String, String>... members) {
    List<TopicPartition> had = new ArrayList<>();
    for (Consumer<String, String> member : members) {
      if (member.assignment().isEmpty()) {
        return false;
      }
      had.addAll(member.assignment());
    }
    return had.size() == partitions.size() && new HashSet<>(had).equals(partitions);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        RangeAssignor.class,
        RoundRobinAssignor.class,
        StickyAssignor.class,
        CooperativeStickyAssignor.class
      })
  void membersShareAndTakeOver(Class<?> assignor) {
    Object[] by = {
      ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, assignor.getName(),
    };
    try (VarveConsumer<String, String> first = member(by);
        VarveConsumer<String, String> second = member(by)) {
      first.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first), first);
      second.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first, second), first, second);
      assertThat(first.groupMetadata().generationId())
          .isEqualTo(second.groupMetadata().generationId());
      VarveConsumer<String, String> third = member(by);
      third.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first, second, third), first, second, third);
      third.close();
      pollUntil(() -> share(all(PARTITIONS), first, second), first, second);
      second.unsubscribe();

      pollUntil(() -> share(all(PARTITIONS), first), first);
    }
  }

  @Test
  void everyRecordIsReadOnceThoughMembersComeAndGo() {
    List<String> read = new ArrayList<>();
    try (VarveConsumer<String, String> first = member("max.poll.records", 1);
        VarveConsumer<String, String> second = member("max.poll.records", 1)) {
      first.subscribe(List.of("orders"));
      second.subscribe(List.of("orders"));
      int rebalances = 1;
      long end = System.nanoTime() + LIMIT.toNanos();
      while (read.size() < 2 * PARTITIONS && System.nanoTime() < end) {
        for (var member : List.of(first, second)) {
          member
              .poll(Duration.ofMillis(20))
              .forEach(record -> read.add(record.partition() + "@" + record.offset()));
        }
        if (read.size() >= 3 * rebalances) {
          rebalances++;
          second.enforceRebalance();
        }
      }
    }
    assertThat(read).hasSize(2 * PARTITIONS).doesNotHaveDuplicates();
  }

  @Test
  void listenersAreToldBeforeAndAfter() {
    List<String> told = new ArrayList<>();
    try (VarveConsumer<String, String> first = member("enable.auto.commit", false);
        VarveConsumer<String, String> second = member()) {
      first.subscribe(
          List.of("orders"),
          new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
              told.add("revoked " + partitions.size());
              // A listener may commit what it has, and the commit counts.
              first.commitSync();
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
              told.add("assigned " + partitions.size());
              partitions.forEach(partition -> first.seek(partition, 1));
            }
          });
      pollUntil(() -> share(all(PARTITIONS), first), first);
      second.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first, second), first, second);

      assertThat(told).containsExactly("assigned 6", "revoked 6", "assigned 3");
      TopicPartition others = second.assignment().iterator().next();
      assertThat(second.committed(Set.of(others)).get(others).offset()).isPositive();
    }
    assertThat(told).last().isEqualTo("revoked 3");
  }

  @Test
  void whoHasNotPolledForTooLongLosesWhatItHad() {
    List<String> lost = new ArrayList<>();
    try (VarveConsumer<String, String> slow =
            member("max.poll.interval.ms", 300, "enable.auto.commit", false);
        VarveConsumer<String, String> other = member()) {
      slow.subscribe(
          List.of("orders"),
          new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
              lost.add("lost " + partitions.size());
            }
          });
      pollUntil(() -> share(all(PARTITIONS), slow), slow);
      other.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), other), other);
      TopicPartition any = all(1).iterator().next();

      assertThatThrownBy(() -> slow.commitSync(Map.of(any, new OffsetAndMetadata(1))))
          .isInstanceOf(CommitFailedException.class);
      slow.poll(Duration.ZERO);
      assertThat(lost).containsExactly("lost 6");
      pollUntil(() -> share(all(PARTITIONS), slow, other), slow, other);
    }
  }

  @Test
  void aStaticMemberComesBackToWhatItHad() {
    Set<TopicPartition> had;
    try (VarveConsumer<String, String> other = member("group.instance.id", "b")) {
      VarveConsumer<String, String> first = member("group.instance.id", "a");
      first.subscribe(List.of("orders"));
      other.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first, other), first, other);
      had = new HashSet<>(first.assignment());
      int generation = other.groupMetadata().generationId();
      first.close();
      try (VarveConsumer<String, String> again = member("group.instance.id", "a")) {
        again.subscribe(List.of("orders"));
        pollUntil(() -> !again.assignment().isEmpty(), again);
        other.poll(Duration.ZERO);

        assertThat(again.assignment()).isEqualTo(had);
        assertThat(other.groupMetadata().generationId()).isEqualTo(generation);
        // A second one of that name takes its place, which the first one learns.
        try (VarveConsumer<String, String> thief = member("group.instance.id", "a")) {
          thief.subscribe(List.of("orders"));
          pollUntil(() -> !thief.assignment().isEmpty(), thief);
          assertThatThrownBy(() -> pollUntil(() -> false, again))
              .isInstanceOf(FencedInstanceIdException.class);
        }
      }
    }
  }

  @Test
  void whoRemainsIsMissedWhenItsSessionIsOver() {
    VarveConsumer<String, String> first = member("session.timeout.ms", 1000);
    try (VarveConsumer<String, String> other = member()) {
      first.subscribe(List.of("orders"));
      other.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first, other), first, other);
      first.close(
          CloseOptions.groupMembershipOperation(
              CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
      other.poll(Duration.ZERO);
      assertThat(other.assignment()).hasSize(3);

      pollUntil(() -> share(all(PARTITIONS), other), other);
    }
  }

  @Test
  void partitionsAndTopicsThatComeAreSharedOut() {
    try (VarveConsumer<String, String> first = member("metadata.max.age.ms", 10)) {
      first.subscribe(Pattern.compile("ord.*"));
      pollUntil(() -> share(all(PARTITIONS), first), first);
      store.append("orders", PARTITIONS, "new");
      pollUntil(() -> share(all(PARTITIONS + 1), first), first);
      store.append("ordinary", 0, "new");

      pollUntil(() -> first.assignment().contains(new TopicPartition("ordinary", 0)), first);
      assertThat(new TreeSet<>(first.subscription())).containsExactly("orders", "ordinary");
    }
  }

  @Test
  void membersNeedAnAssignorInCommon() {
    String strategy = ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG;
    try (VarveConsumer<String, String> first = member(strategy, RangeAssignor.class.getName());
        VarveConsumer<String, String> other =
            member(strategy, RoundRobinAssignor.class.getName())) {
      first.subscribe(List.of("orders"));
      pollUntil(() -> share(all(PARTITIONS), first), first);
      other.subscribe(List.of("orders"));

      assertThatThrownBy(() -> other.poll(LIMIT))
          .isInstanceOf(InconsistentGroupProtocolException.class);
      assertThat(first.assignment()).hasSize(PARTITIONS);
    }
  }

  @Test
  void aConsumerByHandDoesNotCommitForAGroupWithMembers() {
    TopicPartition any = all(1).iterator().next();
    try (VarveConsumer<String, String> byHand = member("enable.auto.commit", false)) {
      byHand.assign(List.of(any));
      try (VarveConsumer<String, String> member = member()) {
        member.subscribe(List.of("orders"));
        pollUntil(() -> share(all(PARTITIONS), member), member);
        assertThatThrownBy(() -> byHand.commitSync(Map.of(any, new OffsetAndMetadata(1))))
            .isInstanceOf(CommitFailedException.class);
      }
      byHand.commitSync(Map.of(any, new OffsetAndMetadata(1)));
    }
  }
}
