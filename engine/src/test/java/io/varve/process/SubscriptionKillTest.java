package io.varve.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.base.OwnedException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that consumes a stream is killed at random moments, and another one goes on. {@code
 * -Dvarve.kills=N}: how often; {@code -Dvarve.kill.seed=N}: after how many lines.
 */
final class SubscriptionKillTest {

  private static final int KILLS =
      Integer.getInteger("varve.kills", Boolean.getBoolean("nightly") ? 100 : 6);
  private static final int EVENTS_PER_LIFE = 400;

  @TempDir Path folder;

  private final Set<String> delivered = new HashSet<>();
  private final Set<String> durable = new HashSet<>();
  private final Map<String, Set<Long>> ofKey = new HashMap<>();

  @Test
  void nothingIsMissedAndNothingDurableComesAgainHoweverOftenItIsKilled() throws Exception {
    long seed = Long.getLong("varve.kill.seed", System.nanoTime());
    System.out.println("Seed of the kills: " + seed);
    Random random = new Random(seed);
    int count = KILLS * EVENTS_PER_LIFE;
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      for (int partition = 0; partition < SubscriberProcess.PARTITIONS; partition++) {
        try (LogWriter writer =
            store.openWriter(SubscriberProcess.log(partition), LogSettings.defaults(), "test")) {
          for (int offset = 0; offset < count; offset++) {
            writer.append(SubscriberProcess.event(offset));
          }
        }
      }
    }
    for (int kill = 0; kill < KILLS; kill++) {
      try (Child child = Child.start(SubscriberProcess.class, folder.toString())) {
        assertThat(child.line()).isEqualTo("opened");
        if (kill == 0) {
          anotherProcessIsRefused(child);
        }
        for (int left = random.nextInt(2 * EVENTS_PER_LIFE); left > 0; left--) {
          note(child.line());
        }
        child.kill();
        for (String line; (line = child.line()) != null; ) {
          note(line);
        }
      }
    }
    try (Child child = Child.start(SubscriberProcess.class, folder.toString())) {
      assertThat(child.line()).isEqualTo("opened");
      String line = child.line();
      while (!line.equals("done")) {
        note(line);
        line = child.line();
      }
      assertThat(child.exitCode()).isZero();
    }
    assertThat(delivered).hasSize(SubscriberProcess.PARTITIONS * count);
    try (Store store = Store.openReadOnly(folder)) {
      assertThat(store.subscriptions().get(0).logs())
          .allSatisfy(place -> assertThat(place.cursor()).isEqualTo(count));
    }
    System.out.printf(
        "Kills: %d, events: %d, durable before: %d%n", KILLS, 2 * count, durable.size());
  }

  private void anotherProcessIsRefused(Child child) {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      assertThatThrownBy(
              () -> {
                try (Subscription unused =
                    store.openSubscription(
                        "kills", SubscriberProcess.STREAM, SubscriberProcess.SETTINGS)) {
                  throw new AssertionError("It was opened");
                }
              })
          .isInstanceOf(OwnedException.class)
          .hasMessageContaining("process " + child.pid());
    }
  }

  private void note(String line) {
    assertThat(line).as("what the subscriber says").isNotNull();
    String[] words = line.split(" ", -1);
    if (words[0].equals("durable")) {
      durable.addAll(List.of(words).subList(1, words.length));
      return;
    }
    // What it was saying when it was killed may be cut off.
    if (!line.matches("got \\d+/\\d+")) {
      assertThat("got 0/").as(line).startsWith(line.substring(0, Math.min(line.length(), 4)));
      return;
    }
    assertThat(durable).as("durably acknowledged").doesNotContain(words[1]);
    delivered.add(words[1]);
    String[] place = words[1].split("/", -1);
    long offset = Long.parseLong(place[1]);
    Event event = SubscriberProcess.event(offset);
    if (event.key() == null) {
      return;
    }
    String key = place[0] + new String(event.key(), UTF_8);
    Set<Long> before = ofKey.computeIfAbsent(key, any -> new HashSet<>());
    before.add(offset);
    for (long earlier = offset - 37; earlier >= 0; earlier -= 37) {
      if (earlier % 11 != 0) {
        assertThat(before).as("an earlier one of key " + key + " comes later").contains(earlier);
      }
    }
  }
}
