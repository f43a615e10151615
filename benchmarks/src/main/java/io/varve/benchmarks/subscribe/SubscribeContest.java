package io.varve.benchmarks.subscribe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.ThreadMXBean;
import io.varve.Delivery;
import io.varve.EventConsumer;
import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.benchmarks.measure.Folders;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Consumes and acknowledges the events of one log, by one consumer and several, one event at a time
 * and many at once. A bare reader that makes an object of each event is the peer, which
 * acknowledges nothing.
 *
 * @param events how many
 * @param keys how many keys they have
 * @param valueBytes how large their values are
 */
public record SubscribeContest(
    Path folder, long events, int keys, int valueBytes, int rounds, Consumer<String> progress) {

  private static final StreamPartition LOG = new StreamPartition("events", 1, 0);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private record Turn(int consumers, int batch) {
    String title() {
      return consumers == 0
          ? "bare reader"
          : consumers + (consumers == 1 ? " consumer, " : " consumers, ") + batch + " at a time";
    }
  }

  private record Result(double rate, double bytes) {}

  /** Runs all turns and returns a table. */
  public String run() throws Exception {
    Files.createDirectories(folder);
    List<Turn> turns =
        List.of(new Turn(0, 0), new Turn(1, 1), new Turn(1, 100), new Turn(4, 1), new Turn(4, 100));
    List<List<Result>> results = new ArrayList<>();
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      fill(store);
      // A first turn of each is for the compiler.
      read(store);
      for (Turn turn : turns) {
        if (turn.consumers > 0) {
          consume(store, turn);
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < turns.size(); i++) {
          if (round == 0) {
            results.add(new ArrayList<>());
          }
          Turn turn = turns.get(i);
          Result result = turn.consumers == 0 ? read(store) : consume(store, turn);
          results.get(i).add(result);
          progress.accept(turn.title() + ": " + result);
        }
      }
    } finally {
      Folders.delete(folder);
    }
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "**%,d events of %d bytes, %,d keys**%n%n"
                + "|  | M events/s | against the bare reader | allocated B/event |%n"
                + "| --- | ---: | ---: | ---: |%n",
            events,
            valueBytes,
            keys));
    for (int i = 0; i < turns.size(); i++) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        ratios.add(results.get(i).get(round).rate / results.get(0).get(round).rate);
      }
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.2f | %.2f | %.0f |%n",
              turns.get(i).title(),
              median(results.get(i).stream().map(Result::rate).toList()) / 1e6,
              median(ratios),
              median(results.get(i).stream().map(Result::bytes).toList())));
    }
    return text.toString();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private void fill(Store store) {
    byte[] value = new byte[valueBytes];
    try (LogWriter writer = store.openWriter(LOG, LogSettings.defaults(), "benchmark")) {
      for (long i = 0; i < events; i++) {
        byte[] key =
            ("key" + Long.remainderUnsigned(i * 0x9e3779b97f4a7c15L, keys)).getBytes(UTF_8);
        writer.append(Event.of(i, i, key, value));
      }
    }
  }

  private Result read(Store store) {
    long before = allocated();
    long start = System.nanoTime();
    long sum = 0;
    try (LogReader reader = store.openReader(LOG, ReadRange.offsets(0, events))) {
      while (reader.next()) {
        sum += reader.event().toEvent().offset();
      }
    }
    check(sum);
    return new Result(
        events * 1e9 / (System.nanoTime() - start), (double) (allocated() - before) / events);
  }

  private Result consume(Store store, Turn turn) throws Exception {
    AtomicLong left = new AtomicLong(events);
    AtomicLong sum = new AtomicLong();
    AtomicLong bytes = new AtomicLong();
    String name = "s" + System.nanoTime();
    Result result;
    try (Subscription subscription =
        store.openSubscription(name, LOG.stream(), SubscriptionSettings.defaults())) {
      long start = System.nanoTime();
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int i = 0; i < turn.consumers; i++) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        done.add(future);
        new Thread(
                () -> {
                  try {
                    consume(subscription, turn.batch, left, sum, bytes);
                    future.complete(null);
                  } catch (RuntimeException | Error e) {
                    future.completeExceptionally(e);
                  }
                })
            .start();
      }
      for (CompletableFuture<Void> each : done) {
        each.get();
      }
      subscription.sync();
      result =
          new Result(events * 1e9 / (System.nanoTime() - start), (double) bytes.get() / events);
    }
    check(sum.get());
    store.deleteSubscription(name);
    return result;
  }

  private static void consume(
      Subscription subscription, int batch, AtomicLong left, AtomicLong sum, AtomicLong bytes) {
    long before = allocated();
    long ofThis = 0;
    try (EventConsumer consumer = subscription.openConsumer()) {
      while (left.get() > 0) {
        for (Delivery delivery : consumer.next(batch, Duration.ofMillis(10))) {
          ofThis += delivery.event().offset();
          if (!delivery.ack()) {
            throw new AssertionError("Too late");
          }
          left.decrementAndGet();
        }
      }
    }
    sum.addAndGet(ofThis);
    bytes.addAndGet(allocated() - before);
  }

  private void check(long sum) {
    if (sum != events * (events - 1) / 2) {
      throw new AssertionError("Not every event came once");
    }
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
