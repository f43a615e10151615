package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.io.PosixDirectory;
import io.varve.subscribe.Backoff;
import io.varve.testkit.ManualClock;
import io.varve.verify.VerifyListener;
import io.varve.work.ThreadedWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions on a disk, with a clock that stands still. */
final class SubscriptionTest {

  private static final StreamPartition P0 = new StreamPartition("orders", 1, 0);
  private static final StreamPartition P1 = new StreamPartition("orders", 1, 1);
  private static final StreamPartition DEAD = new StreamPartition("orders.mails.dead", 1, 0);
  private static final Duration NOW = Duration.ZERO;

  private static final SubscriptionSettings SETTINGS =
      SubscriptionSettings.defaults()
          .withAckTimeoutMs(1_000)
          .withTriesMax(3)
          .withBackoff(Backoff.fixedMs(100))
          .withDiscoverMs(50);

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final List<Store> stores = new ArrayList<>();

  /** Opens the store once more, as by another opening of this process. */
  private Store open() {
    return open("this-process");
  }

  private Store open(String process) {
    Store store =
        Store.open(
            new PosixDirectory(folder),
            StoreSettings.defaults().withMaintenanceMs(20),
            clock,
            new ThreadedWork(2, "test"),
            new Owner.Instance(process, UUID.randomUUID().toString()));
    stores.add(store);
    return store;
  }

  @AfterEach
  void closeStores() {
    stores.forEach(Store::close);
  }

  private static void append(Store store, StreamPartition log, String... keys) {
    append(store, log, LogSettings.defaults(), keys);
  }

  private static void append(
      Store store, StreamPartition log, LogSettings settings, String... keys) {
    try (LogWriter writer = store.openWriter(log, settings, "test")) {
      for (String key : keys) {
        long offset = writer.nextOffset();
        byte[] bytes = key.isEmpty() ? null : key.getBytes(UTF_8);
        writer.append(Event.of(offset, 1_000 + offset, bytes, ("v" + offset).getBytes(UTF_8)));
      }
    }
  }

  private static Subscription subscribe(Store store) {
    return store.openSubscription("mails", "orders", SETTINGS);
  }

  private static List<Long> offsets(List<Delivery> deliveries) {
    return deliveries.stream().map(delivery -> delivery.event().offset()).toList();
  }

  private static List<Long> drain(EventConsumer consumer) {
    List<Long> offsets = new ArrayList<>();
    for (Delivery delivery; (delivery = consumer.next(NOW)) != null; ) {
      offsets.add(delivery.event().offset());
      assertThat(delivery.ack()).isTrue();
    }
    return offsets;
  }

  @Test
  void itGoesOnWhereItWas() {
    Store store = open();
    append(store, P0, "a", "b", "c", "d");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      List<Delivery> first = consumer.next(4, NOW);
      assertThat(offsets(first)).containsExactly(0L, 1L, 2L, 3L);
      assertThat(new String(first.get(2).event().value(), UTF_8)).isEqualTo("v2");
      assertThat(first.get(2).log()).isEqualTo(P0);
      first.get(0).ack();
      first.get(2).ack();
    }
    append(store, P0, "e");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(drain(consumer)).containsExactly(1L, 3L, 4L);
      mails.sync();
      assertThat(mails.metrics().backlog()).isZero();
      assertThat(mails.metrics().durableAcks()).isEqualTo(3);
      assertThat(mails.metrics().stateMemoryBytes()).isBetween(1L, 3L << 20);
    }
    try (Subscription mails = subscribe(open());
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(consumer.next(NOW)).isNull();
    }
  }

  @Test
  void itBeginsWhereItIsTold() {
    Store store = open();
    append(store, P0, "a", "b", "c", "d");
    SubscriptionSettings late = SETTINGS.withStart(SubscriptionStart.latest());
    SubscriptionSettings timed = SETTINGS.withStart(SubscriptionStart.atTimeMs(1_002));
    try (Subscription latest = store.openSubscription("latest", "orders", late);
        Subscription time = store.openSubscription("time", "orders", timed);
        EventConsumer ofLatest = latest.openConsumer();
        EventConsumer ofTime = time.openConsumer()) {
      append(store, P0, "e");
      assertThat(drain(ofLatest)).containsExactly(4L);
      assertThat(drain(ofTime)).containsExactly(2L, 3L, 4L);
    }
    // Where it is counts, not where it began.
    try (Subscription latest = store.openSubscription("latest", "orders", SETTINGS);
        EventConsumer consumer = latest.openConsumer()) {
      assertThat(consumer.next(NOW)).isNull();
    }
  }

  @Test
  void aStreamThatComesLaterAndNewPartitionsAndGenerationsAreFound() {
    Store store = open();
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(consumer.next(NOW)).isNull();
      append(store, P0, "a");
      clock.advanceMs(60);
      assertThat(drain(consumer)).containsExactly(0L);
      append(store, P1, "b", "c");
      append(store, new StreamPartition("orders", 2, 0), "d");
      clock.advanceMs(60);
      List<StreamPartition> logs = new ArrayList<>();
      for (Delivery delivery; (delivery = consumer.next(NOW)) != null; ) {
        logs.add(delivery.log());
        delivery.ack();
      }
      assertThat(logs).containsExactlyInAnyOrder(P1, P1, new StreamPartition("orders", 2, 0));
    }
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(consumer.next(NOW)).isNull();
      assertThat(mails.metrics().missedOffsets()).isZero();
    }
  }

  @Test
  void itCanCoverSomeLogsAndAlwaysTheSameOnes() {
    Store store = open();
    append(store, P0, "a");
    append(store, P1, "b", "c");
    try (Subscription mails = store.openSubscription("mails", List.of(P1), SETTINGS);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(drain(consumer)).containsExactly(0L, 1L);
    }
    assertThatThrownBy(() -> store.openSubscription("mails", List.of(P0, P1), SETTINGS))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("orders/1/1");
    assertThatThrownBy(() -> subscribe(store)).isInstanceOf(BadSettingException.class);
    assertThatThrownBy(() -> store.openSubscription("none", List.of(), SETTINGS))
        .isInstanceOf(BadSettingException.class);
    assertThatThrownBy(() -> store.openSubscription("../x", "orders", SETTINGS))
        .isInstanceOf(BadSettingException.class);
    store.deleteSubscription("mails");
    assertThat(store.subscriptions()).isEmpty();
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(drain(consumer)).hasSize(3);
    }
  }

  @Test
  void eventsOfAKeyWaitForEachOtherAndOthersDoNot() {
    Store store = open();
    append(store, P0, "a", "a", "b", "", "", "a");
    try (Subscription mails = subscribe(store);
        EventConsumer one = mails.openConsumer();
        EventConsumer two = mails.openConsumer()) {
      List<Delivery> first = one.next(10, NOW);
      assertThat(offsets(first)).containsExactly(0L, 2L, 3L, 4L);
      assertThat(two.next(NOW)).isNull();
      assertThat(first.get(0).nack("later")).isTrue();
      assertThat(two.next(NOW)).isNull();
      clock.advanceMs(100);
      Delivery again = two.next(NOW);
      assertThat(again.event().offset()).isZero();
      assertThat(again.number()).isEqualTo(2);
      again.ack();
      Delivery next = one.next(NOW);
      assertThat(next.event().offset()).isEqualTo(1);
      // Who leaves gives back what it has, and no try has failed.
      one.close();
      assertThat(offsets(two.next(10, NOW))).containsExactly(1L, 2L, 3L, 4L);
      assertThat(mails.metrics().deliveries().late()).isZero();
      assertThatThrownBy(() -> one.next(NOW)).isInstanceOf(StoreClosedException.class);
    }
    SubscriptionSettings unordered = SETTINGS.withOrdered(false);
    try (Subscription any = store.openSubscription("any", "orders", unordered);
        EventConsumer consumer = any.openConsumer()) {
      assertThat(consumer.next(10, NOW)).hasSize(6);
    }
  }

  @Test
  void whatIsNotAcknowledgedInTimeIsDeliveredAgain() {
    Store store = open();
    append(store, P0, "a");
    try (Subscription mails = subscribe(store);
        EventConsumer one = mails.openConsumer();
        EventConsumer two = mails.openConsumer()) {
      Delivery first = one.next(NOW);
      clock.advanceMs(900);
      assertThat(first.extend(Duration.ofMillis(500))).isTrue();
      clock.advanceMs(400);
      assertThat(two.next(NOW)).isNull();
      clock.advanceMs(100);
      assertThat(two.next(NOW)).isNull();
      clock.advanceMs(100);
      Delivery second = two.next(NOW);
      assertThat(second.number()).isEqualTo(2);
      assertThat(first.ack()).isFalse();
      assertThat(first.nack()).isFalse();
      assertThat(first.extend(Duration.ofMillis(1))).isFalse();
      assertThat(second.ack()).isTrue();
      assertThat(mails.metrics().deliveries().late()).isEqualTo(1);
      assertThat(mails.metrics().deliveries().redelivered()).isEqualTo(1);
    }
  }

  /** Late, but nobody has it again yet: better that than once more. */
  @Test
  void aLateAcknowledgementCountsUntilTheEventIsDeliveredAgain() {
    Store store = open();
    append(store, P0, "a", "a");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      Delivery first = consumer.next(NOW);
      clock.advanceMs(5_000);
      assertThat(consumer.next(NOW)).isNull();
      assertThat(first.ack()).isTrue();
      assertThat(consumer.next(NOW).event().offset()).isEqualTo(1);
    }
  }

  @Test
  void triesAndWaitsSurviveARestart() {
    append(open(), P0, "a");
    for (int opening = 0; opening < 3; opening++) {
      try (Subscription mails = subscribe(open());
          EventConsumer consumer = mails.openConsumer()) {
        if (opening > 0) {
          clock.advanceMs(99);
          assertThat(consumer.next(NOW)).as("it still waits").isNull();
          clock.advanceMs(1);
        }
        Delivery delivery = consumer.next(NOW);
        assertThat(delivery.number()).isEqualTo(opening + 1);
        delivery.nack("no");
      }
    }
    // Where it was on its way to the dead letters, it is again.
    try (Subscription mails = subscribe(open());
        EventConsumer consumer = mails.openConsumer()) {
      append(stores.get(0), P0, "a");
      assertThat(consumer.next(Duration.ofSeconds(1)).event().offset()).isEqualTo(1);
    }
    assertThat(read(stores.get(0), DEAD)).hasSize(1);
  }

  @Test
  void whatHasFailedTooOftenIsADeadLetterAndTheNextOfItsKeyGoesOn() throws Exception {
    Store store = open();
    append(store, P0, "a", "a");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      for (int attempt = 1; attempt <= 3; attempt++) {
        Delivery delivery = consumer.next(NOW);
        assertThat(delivery.event().offset()).isZero();
        delivery.nack("attempt " + attempt);
        clock.advanceMs(100);
      }
      // The clock stands still: it waits until there is one.
      Delivery next = consumer.next(Duration.ofSeconds(1));
      assertThat(next.event().offset()).isEqualTo(1);
      next.ack();
      assertThat(mails.metrics().deliveries().deadLetters()).isEqualTo(1);
    }
    List<Event> dead = read(store, DEAD);
    assertThat(dead).hasSize(1);
    assertThat(dead.get(0).value()).isEqualTo("v0".getBytes(UTF_8));
    assertThat(DeadLetter.of(dead.get(0)))
        .isEqualTo(new DeadLetter("mails", P0, 0, 3, "attempt 3"));
    assertThat(DeadLetter.of(Event.of(0, 0, null, null))).isNull();
    assertThat(Store.verify(folder, VerifyListener.NONE).problems()).isEmpty();
  }

  /** A crash between the dead letter and the cursor that passes it. */
  @Test
  void aDeadLetterIsAppendedOnceThoughTheCursorWasLost() throws Exception {
    Store store = open();
    append(store, P0, "a", "b", "c");
    SubscriptionSettings rarely = SETTINGS.withTriesMax(1).withCommit(1_000_000, 3_600_000);
    Subscription lost = store.openSubscription("mails", "orders", rarely);
    EventConsumer consumer = lost.openConsumer();
    List<Delivery> all = consumer.next(3, NOW);
    all.get(0).ack();
    lost.sync();
    all.get(2).nack("no");
    while (lost.metrics().deliveries().deadLetters() == 0) {
      Thread.onSpinWait();
    }
    try (Subscription mails = store.openSubscription("mails", "orders", rarely);
        EventConsumer again = mails.openConsumer()) {
      assertThat(drain(again)).containsExactly(1L);
    }
    lost.abandon();
    assertThat(read(store, DEAD)).hasSize(1);
    // One that has the same name and begins anew delivers it again.
    store.deleteSubscription("mails");
    try (Subscription mails = store.openSubscription("mails", "orders", rarely);
        EventConsumer again = mails.openConsumer()) {
      assertThat(drain(again)).containsExactly(0L, 1L, 2L);
    }
  }

  private static List<Event> read(Store store, StreamPartition log) {
    List<Event> events = new ArrayList<>();
    try (LogReader reader = store.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }

  @Test
  void noMoreIsReadThanTheBoundsSay() {
    Store store = open();
    append(store, P0, "", "", "", "", "", "");
    SubscriptionSettings three = SETTINGS.withInFlightMax(3, 1 << 20);
    try (Subscription mails = store.openSubscription("mails", "orders", three);
        EventConsumer consumer = mails.openConsumer()) {
      List<Delivery> first = consumer.next(10, NOW);
      assertThat(first).hasSize(3);
      assertThat(consumer.next(NOW)).isNull();
      assertThat(mails.metrics().inFlight()).isEqualTo(3);
      assertThat(mails.metrics().backlog()).isEqualTo(6);
      first.get(1).ack();
      assertThat(offsets(consumer.next(10, NOW))).containsExactly(3L);
    }
    SubscriptionSettings oneByte = SETTINGS.withInFlightMax(100, 1);
    try (Subscription mails = store.openSubscription("other", "orders", oneByte);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(consumer.next(10, NOW)).hasSize(1);
      assertThat(consumer.next(10, NOW)).isEmpty();
    }
  }

  @Test
  void aSecondOpeningInThisProcessFencesTheFirst() {
    Store store = open();
    append(store, P0, "a", "b");
    Subscription stuck = subscribe(store);
    EventConsumer ofStuck = stuck.openConsumer();
    Delivery first = ofStuck.next(NOW);
    try (Subscription mails = subscribe(open());
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(first.ack()).isTrue();
      assertThatThrownBy(stuck::sync)
          .isInstanceOf(FencedException.class)
          .hasMessageContaining("mails");
      assertThatThrownBy(() -> ofStuck.next(NOW)).isInstanceOf(FencedException.class);
      assertThatThrownBy(first::ack).isInstanceOf(FencedException.class);
      stuck.close();
      assertThat(drain(consumer)).containsExactly(0L, 1L);
      mails.sync();
    }
  }

  @Test
  void anotherLivingProcessIsToldWhoHasIt() {
    append(open(), P0, "a");
    Store other = open("other-process");
    try (Subscription mails = subscribe(stores.get(0))) {
      assertThatThrownBy(() -> subscribe(other))
          .isInstanceOf(OwnedException.class)
          .hasMessageContaining("subscription mails")
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      SubscriptionStatus status = other.subscriptions().get(0);
      assertThat(status.name()).isEqualTo("mails");
      assertThat(status.holder().name()).isEqualTo("subscription mails");
      assertThat(mails.failure()).isNull();
    }
    subscribe(other).close();
  }

  @Test
  void deletedEventsAreReportedAndNotWaitedFor() {
    Store store = open();
    append(store, P0, "a", "b", "c");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      consumer.next(10, NOW).get(1).ack();
    }
    LogSettings expiring = LogSettings.defaults().withRetention(new Retention(1_000, -1));
    clock.advanceMs(10_000);
    try (LogWriter writer = store.openWriter(P0, expiring, "test")) {
      writer.append(Event.of(3, clock.wallMs(), null, null));
      writer.sync();
      while (store.stats(P0).startOffset() < 3) {
        Thread.onSpinWait();
      }
    }
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(drain(consumer)).containsExactly(3L);
      assertThat(mails.metrics().missedOffsets()).isEqualTo(2);
      mails.sync();
    }
    try (Subscription mails = subscribe(store)) {
      assertThat(mails.metrics().missedOffsets()).isZero();
    }
  }

  @Test
  void theListTellsHowFarEachIs() {
    Store store = open();
    append(store, P0, "a", "b", "c", "d");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      List<Delivery> all = consumer.next(4, NOW);
      all.get(0).ack();
      all.get(2).ack();
      all.get(1).nack("no");
      mails.sync();
      SubscriptionStatus status = store.subscriptions().get(0);
      assertThat(status.covers()).containsExactly("orders");
      assertThat(status.logs())
          .containsExactly(new SubscriptionStatus.LogPlace(P0, 1, 2, 1, 1_001));
      assertThat(status.holder()).isNotNull();
    }
    try (Store looking = Store.openReadOnly(folder)) {
      assertThat(looking.subscriptions().get(0).holder()).isNull();
      assertThatThrownBy(() -> subscribe(looking)).isInstanceOf(BadSettingException.class);
    }
  }

  @Test
  void aDamagedStateIsReportedAndNothingBegunAnew() throws IOException {
    Store store = open();
    append(store, P0, "a", "b");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      consumer.next(NOW).ack();
    }
    Path state = folder.resolve("subscriptions/mails/1");
    try (Stream<Path> files = Files.list(state)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().startsWith("MANIFEST")).toList()) {
        Files.write(file, new byte[] {1, 2, 3});
      }
    }
    assertThatThrownBy(() -> subscribe(store))
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining(state.toString())
        .hasMessageContaining("delete the subscription");
    store.deleteSubscription("mails");
    try (Subscription mails = subscribe(store);
        EventConsumer consumer = mails.openConsumer()) {
      assertThat(drain(consumer)).containsExactly(0L, 1L);
    }
  }

  @Test
  void closingLeavesNoHandleAndNoThread() throws Exception {
    Store store = open();
    append(store, P0, "a", "b", "c");
    subscribe(store).close();
    Set<String> before = openFiles();
    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    for (int i = 0; i < 3; i++) {
      try (Subscription mails = subscribe(store)) {
        for (int each = 0; each < 20; each++) {
          mails.openConsumer().next(NOW);
        }
        assertThat(Thread.getAllStackTraces().keySet()).isSubsetOf(withStoresOwn(threads));
      }
    }
    assertThat(openFiles()).isEqualTo(before);
    assertThat(store.users(P0).readers()).isEmpty();
  }

  /** Those of the store's that had nothing to do before. */
  private static Set<Thread> withStoresOwn(Set<Thread> threads) {
    Set<Thread> all = new HashSet<>(threads);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("test-")) {
        all.add(thread);
      }
    }
    return all;
  }

  private Set<String> openFiles() throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
      for (Path handle : handles.toList()) {
        try {
          String file = Files.readSymbolicLink(handle).toString();
          if (file.startsWith(folder.toRealPath().toString())) {
            files.add(file);
          }
        } catch (IOException e) {
          // Closed in between.
        }
      }
    }
    return files;
  }

  @Test
  void aStoreThatIsClosedFirstEndsIt() {
    Store store = Store.open(folder, StoreSettings.defaults());
    append(store, P0, "a", "b");
    Subscription mails = subscribe(store);
    EventConsumer consumer = mails.openConsumer();
    Delivery delivery = consumer.next(NOW);
    store.close();
    delivery.ack();
    assertThat(mails.commit()).isCompletedExceptionally();
    assertThatThrownBy(mails::sync).isInstanceOf(StoreClosedException.class);
    assertThatThrownBy(() -> consumer.next(NOW)).isInstanceOf(StoreClosedException.class);
    mails.close();
    try (Subscription again = subscribe(open("another-process"));
        EventConsumer other = again.openConsumer()) {
      assertThat(drain(other)).containsExactly(0L, 1L);
    }
  }

  /** What is closed and what is abandoned leaves no lock behind, and no consumer waiting. */
  @Test
  void closingEndsThoseWhoWait() throws Exception {
    Store store = open();
    Subscription mails = subscribe(store);
    EventConsumer consumer = mails.openConsumer();
    CompletableFuture<Throwable> met = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                consumer.next(Duration.ofDays(1));
                met.complete(null);
              } catch (RuntimeException e) {
                met.complete(e);
              }
            });
    waiting.start();
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    mails.close();
    assertThat(met.get()).isInstanceOf(StoreClosedException.class);
    assertThatThrownBy(mails::openConsumer).isInstanceOf(StoreClosedException.class);
    mails.close();
    assertThat(store.subscriptions().get(0).holder()).isNull();
    waiting.join();
    // An interrupted one is told nothing, and stays interrupted.
    try (Subscription again = subscribe(store)) {
      EventConsumer other = again.openConsumer();
      Thread.currentThread().interrupt();
      assertThat(other.next(Duration.ofDays(1))).isNull();
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** Threads that take, fail, forget and come and go, with the machine's clock. */
  @Test
  void manyThreadsShareItInTheOrderOfKeys() throws Exception {
    int count = 20_000;
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      for (int partition = 0; partition < 3; partition++) {
        StreamPartition log = new StreamPartition("orders", 1, partition);
        try (LogWriter writer = store.openWriter(log, LogSettings.defaults(), "test")) {
          for (int i = 0; i < count; i++) {
            byte[] key = i % 7 == 0 ? null : ("k" + partition + i % 50).getBytes(UTF_8);
            writer.append(Event.of(i, i, key, null));
          }
        }
      }
      SubscriptionSettings settings =
          SETTINGS.withTriesMax(-1).withBackoff(new Backoff(0, 1, 1, 0)).withCommit(500, 5);
      ConcurrentHashMap<String, Long> latest = new ConcurrentHashMap<>();
      ConcurrentHashMap<String, Boolean> out = new ConcurrentHashMap<>();
      Set<String> seen = ConcurrentHashMap.newKeySet();
      AtomicInteger wrong = new AtomicInteger();
      try (Subscription mails = store.openSubscription("mails", "orders", settings)) {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          int number = t;
          Thread thread =
              new Thread(
                  () -> {
                    EventConsumer consumer = mails.openConsumer();
                    int taken = 0;
                    while (seen.size() < 3 * count) {
                      for (Delivery delivery :
                          consumer.next(1 + number * 10, Duration.ofMillis(5))) {
                        String key =
                            delivery.event().keyLength() < 0
                                ? null
                                : new String(delivery.event().key(), UTF_8);
                        long offset = delivery.event().offset();
                        if (key != null && out.put(key, true) != null) {
                          wrong.incrementAndGet();
                        }
                        if (key != null && latest.getOrDefault(key, -1L) >= offset) {
                          wrong.incrementAndGet();
                        }
                        boolean fails = ++taken % 31 == 0;
                        if (key != null) {
                          if (!fails) {
                            latest.put(key, offset);
                          }
                          out.remove(key);
                        }
                        if (fails) {
                          delivery.nack();
                        } else {
                          seen.add(delivery.log().partition() + "/" + offset);
                          delivery.ack();
                        }
                      }
                    }
                    consumer.close();
                  });
          threads.add(thread);
          thread.start();
        }
        for (Thread thread : threads) {
          thread.join();
        }
        mails.sync();
        assertThat(mails.metrics().deliveries().acknowledged()).isEqualTo(3L * count);
      }
      assertThat(wrong).hasValue(0);
      assertThat(seen).hasSize(3 * count);
      assertThat(
              store.subscriptions().get(0).logs().stream()
                  .map(SubscriptionStatus.LogPlace::backlog)
                  .collect(Collectors.toSet()))
          .containsExactly(0L);
    }
  }

  @Test
  void deadLettersKeepTheirOwnHeaders() {
    Headers own = Headers.builder().add("h", new byte[] {1}).build();
    DeadLetter letter = new DeadLetter("s", P0, 7, 2, "why");
    Event event = letter.letter(Event.of(7, 5, null, null).withHeaders(own), 0);
    assertThat(event.headers().asList().get(0)).isEqualTo(own.asList().get(0));
    DeadLetter second = new DeadLetter("t", DEAD, 0, 1, "again");
    Event twice = second.letter(event, 3);
    assertThat(DeadLetter.of(twice)).isEqualTo(second);
    assertThat(twice.headers().count()).isEqualTo(15);
  }
}
