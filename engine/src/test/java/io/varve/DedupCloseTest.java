package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.Clock;
import io.varve.commit.LogSettings;
import io.varve.dedup.BucketsThatFail;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.MemoryBuckets;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A writer whose buckets are not let go of for as long as the test wants. */
@Timeout(60)
final class DedupCloseTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path folder;

  private final CountDownLatch over = new CountDownLatch(1);
  private Store store;
  private DedupWriter writer;

  /** An hour goes by whenever it is looked at. */
  private static final class LeapingClock implements Clock {
    private final AtomicLong hours = new AtomicLong();

    @Override
    public long wallMs() {
      return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
      return TimeUnit.HOURS.toNanos(hours.incrementAndGet());
    }
  }

  @BeforeEach
  void open() {
    store =
        Store.open(
            new PosixDirectory(folder),
            StoreSettings.defaults(),
            new LeapingClock(),
            new ThreadedWork(2, "test"),
            ProcessId.instance());
    MemoryBuckets buckets = new MemoryBuckets(null, () -> true);
    writer =
        store.openDedup(
            LOG,
            LogSettings.defaults(),
            "test",
            DedupSettings.ofTtlMs(1000),
            log -> BucketsThatFail.closing(buckets, this::await));
    writer.append(Event.of(0, 1, null, new byte[1]));
  }

  private void await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void close() {
    over.countDown();
    store.close();
  }

  @Test
  void timeThatTheLogHasTakenIsNotWaitedOnceMore() {
    assertThat(writer.close(HOUR)).isTrue();
    assertThat(over.getCount()).isEqualTo(1);
  }

  @Test
  void anInterruptEndsTheWaitingAndIsNoFailure() {
    writer.sync();
    Thread.currentThread().interrupt();
    writer.close(HOUR);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(writer.durableOffset()).isEqualTo(1);
    assertThat(writer.failure()).isNull();
  }
}
