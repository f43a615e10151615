package io.varve.connect.source.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.LogWriter;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.Clock;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One log's schedule, whose ready log others take. */
@Timeout(60)
final class LogScheduleTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final StreamPartition READY = new StreamPartition("orders.ready", 1, 0);
  private static final SchedulerSettings SETTINGS = SchedulerSettings.of("orders");
  private static final String OWNER = "connector later";
  private static final long JUMP_NANOS = 180_000_000_000L;

  @TempDir Path folder;
  private Store store;
  private LogSchedule schedule;

  /** Three minutes go by whenever it is looked at. */
  private static final class LeapingClock implements Clock {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long wallMs() {
      return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
      return nanos.addAndGet(JUMP_NANOS);
    }
  }

  @BeforeEach
  void start() {
    store = Store.open(folder.resolve("store"), StoreSettings.defaults().withThreads(1));
    send();
    schedule = new LogSchedule(store, LOG, SETTINGS, OWNER, 0, new Bell(), new LeapingClock());
    schedule.start();
    awaitReleased(1);
  }

  @AfterEach
  void stop() throws InterruptedException {
    schedule.stop();
    schedule.join();
    store.close();
  }

  private void send() {
    try (LogWriter writer = store.openWriter(LOG, LogSettings.defaults(), "test")) {
      writer.append(
          new Event(
              writer.nextOffset(),
              1,
              TimestampType.CREATE,
              Encoding.BYTES,
              null,
              Encoding.BYTES,
              null,
              Headers.EMPTY,
              null,
              1));
    }
  }

  private void awaitReleased(long count) {
    await().until(() -> store.contains(READY) && store.stats(READY).nextOffset() == count);
  }

  private void takeTheReadyLog() {
    store.openScheduler(LOG, SETTINGS, OWNER).close();
  }

  @Test
  void oneThatIsFencedGivesNothingUntilItHasTakenTheReadyLogBack() {
    long sent = 1;
    // It holds the log for minutes each time, so that it never gives up.
    for (int i = 0; i < 7; i++) {
      assertThat(schedule.ready()).isNotNull();
      takeTheReadyLog();
      send();
      // It waits a second at least before it takes the log back.
      await().until(() -> schedule.ready() == null);
      await().until(() -> schedule.ready() != null);
      awaitReleased(++sent);
      send();
      awaitReleased(++sent);
    }
    ReadyLog ready = schedule.ready();
    assertThat(ready).isNotNull();
    assertThat(ready.isReady()).isTrue();
  }
}
