package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt closes a Java file channel under the thread that uses it. It does no harm here. */
final class InterruptTest {

  private static final StreamPartition LOG = new StreamPartition("interrupted", 1, 0);
  private static final LogSettings SMALL =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);
  private static final int EVENTS = 300;

  @TempDir Path folder;

  @AfterEach
  void clearFlag() {
    Thread.interrupted();
  }

  @Test
  void aReaderThatIsInterruptedBeforeEveryStepReadsOn() {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(LOG, SMALL, "test")) {
      write(writer, 0);
      Thread.currentThread().interrupt();
      try (Store other = Store.openReadOnly(folder);
          LogReader reader = other.openReader(LOG, ReadRange.all())) {
        for (int i = 0; i < EVENTS; i++) {
          assertThat(reader.next()).isTrue();
          assertThat(reader.event().offset()).isEqualTo(i);
          assertThat(Thread.currentThread().isInterrupted()).isTrue();
        }
        assertThat(reader.next()).isFalse();
        assertThat(reader.await(Duration.ofDays(1))).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        write(writer, EVENTS);
        Thread.currentThread().interrupt();
        for (int i = EVENTS; i < 2 * EVENTS; i++) {
          assertThat(reader.next()).isTrue();
        }
        reader.seek(7);
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().offset()).isEqualTo(7);
        assertThat(Thread.interrupted()).isTrue();
      }
    }
  }

  @Test
  void aReaderThatIsInterruptedAtAnyMomentReadsOn() throws InterruptedException {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(LOG, SMALL, "test")) {
      write(writer, 0);
      Thread reading = Thread.currentThread();
      Thread interrupting =
          new Thread(
              () -> {
                while (!Thread.currentThread().isInterrupted()) {
                  reading.interrupt();
                  Thread.onSpinWait();
                }
              });
      interrupting.start();
      try {
        for (int round = 0; round < 20; round++) {
          try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
            for (int i = 0; i < EVENTS; i++) {
              assertThat(reader.next()).isTrue();
              assertThat(reader.event().offset()).isEqualTo(i);
              Thread.interrupted();
            }
          }
        }
      } finally {
        interrupting.interrupt();
        while (interrupting.isAlive()) {
          Thread.interrupted();
          Thread.onSpinWait();
        }
        Thread.interrupted();
      }
    }
  }

  private static void write(LogWriter writer, int from) {
    for (int i = from; i < from + EVENTS; i++) {
      writer.append(Event.of(i, i, null, new byte[200]));
    }
    writer.sync();
  }
}
