package io.varve.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.EventConsumer;
import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.base.FencedException;
import io.varve.base.OwnedException;
import io.varve.commit.LogSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessTest {

  @TempDir Path folder;

  private static long number(String line, String word) {
    return line != null && line.startsWith(word)
        ? Long.parseLong(line.substring(word.length()))
        : 0;
  }

  @Test
  void aSecondWriterOfAnotherNameIsToldTheProcessAndOneOfTheSameNameFencesTheFirst()
      throws Exception {
    try (Child first =
            Child.start(
                WriterProcess.class, folder.toString(), "connector a", "" + Long.MAX_VALUE);
        Store store = open()) {
      assertThat(first.line()).isEqualTo("opened 0");
      assertThatThrownBy(
              () -> store.openWriter(Numbered.LOG, LogSettings.defaults(), "connector b"))
          .isInstanceOf(OwnedException.class)
          .hasMessageContaining("'connector a'")
          .hasMessageContaining("" + first.pid());
      try (LogWriter second =
          store.openWriter(Numbered.LOG, LogSettings.defaults(), "connector a")) {
        long taken = second.nextOffset();
        String line = first.line();
        for (; number(line, "durable ") > 0; line = first.line()) {
          assertThat(number(line, "durable ")).isLessThanOrEqualTo(taken);
        }
        assertThat(line).contains(FencedException.class.getName());
        assertThat(first.exitCode()).isNotZero();
        second.append(Numbered.event(taken));
        assertThat(second.sync()).isEqualTo(taken + 1);
      }
    }
    // A killed one is no longer in the way of other names.
    try (Child third =
        Child.start(WriterProcess.class, folder.toString(), "c", "" + Long.MAX_VALUE)) {
      assertThat(third.line()).startsWith("opened ");
    }
    try (Store store = open();
        LogWriter next = store.openWriter(Numbered.LOG, LogSettings.defaults(), "d")) {
      assertThat(next.recovery().clean()).isFalse();
    }
  }

  @Test
  void otherClassLoadersOfThisProcessReadAlongAndTakeOver() throws Exception {
    try (Store store = open();
        LogWriter writer = store.openWriter(Numbered.LOG, LogSettings.defaults(), "test");
        ForeignLoader foreign = new ForeignLoader()) {
      Function<String, String> other = foreign.open(folder.toString());
      for (long number = 0; number < 100; number++) {
        writer.append(Numbered.event(number));
        if (number % 10 == 9) {
          writer.sync();
          assertThat(other.apply("read")).isEqualTo("" + (number + 1));
        }
      }
      assertThat(other.apply("write as somebody else"))
          .contains("OwnedException")
          .contains("'test'");
      assertThat(other.apply("write as test")).isEqualTo("101");
      writer.append(Numbered.event(100));
      assertThatThrownBy(writer::sync).isInstanceOf(FencedException.class);
      assertThat(other.apply("read")).isEqualTo("101");
      // Asking whether that instance lives must not let go of its lock.
      try (LogWriter back = store.openWriter(Numbered.LOG, LogSettings.defaults(), "test")) {
        assertThat(back.nextOffset()).isEqualTo(101);
        try (Child third = Child.start(WriterProcess.class, folder.toString(), "a third", "200")) {
          assertThat(third.line()).contains("OwnedException").contains("'test'");
        }
      }
      assertThat(other.apply("close")).isEqualTo("closed");
    }
  }

  /** Each has a RocksDB library of its own, which knows nothing of the other's locks. */
  @Test
  void otherClassLoadersOfThisProcessTakeSubscriptionsOver() throws Exception {
    try (Store store = open();
        ForeignLoader foreign = new ForeignLoader()) {
      try (LogWriter writer = store.openWriter(Numbered.LOG, LogSettings.defaults(), "test")) {
        for (long number = 0; number < 10; number++) {
          writer.append(Numbered.event(number));
        }
      }
      Subscription first =
          store.openSubscription("shared", Numbered.LOG.stream(), SubscriptionSettings.defaults());
      EventConsumer consumer = first.openConsumer();
      consumer.next(Duration.ofSeconds(10)).ack();
      first.sync();
      Function<String, String> other = foreign.open(folder.toString());
      assertThat(other.apply("subscribe")).isEqualTo("subscribed");
      assertThat(other.apply("consume")).isEqualTo("1");
      assertThatThrownBy(
              () -> {
                // It may have been found out in the background already.
                consumer.next(Duration.ofSeconds(10));
                first.sync();
              })
          .isInstanceOf(FencedException.class);
      first.close();
      assertThat(other.apply("consume")).isEqualTo("2");
      try (Subscription back =
              store.openSubscription(
                  "shared", Numbered.LOG.stream(), SubscriptionSettings.defaults());
          EventConsumer last = back.openConsumer()) {
        assertThat(last.next(Duration.ofSeconds(10)).event().offset()).isEqualTo(3);
        assertThat(other.apply("consume")).contains("FencedException");
      }
      assertThat(other.apply("close")).isEqualTo("closed");
    }
  }

  private Store open() {
    return Store.open(folder, StoreSettings.defaults());
  }
}
