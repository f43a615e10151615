package io.varve.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.Delivery;
import io.varve.EventConsumer;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.base.VarveException;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.subscribe.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Consumes a stream with two threads, and says {@code got <partition>/<offset>} of each delivery
 * before it acknowledges it, {@code durable} and what was acknowledged before, and {@code done}
 * when there is nothing left, or what went wrong. Every thirteenth delivery it refuses, every
 * seventeenth it forgets. Arguments: folder.
 */
final class SubscriberProcess {

  static final String STREAM = "orders";
  static final int PARTITIONS = 2;

  static final SubscriptionSettings SETTINGS =
      SubscriptionSettings.defaults()
          .withTriesMax(-1)
          .withAckTimeoutMs(200)
          .withInFlightMax(200, 1 << 20)
          .withBackoff(new Backoff(1, 2, 20, 0.5))
          .withCommit(1_000_000, 3_600_000);

  private static final int COMMIT_EVENTS = 50;

  private SubscriberProcess() {}

  static StreamPartition log(int partition) {
    return new StreamPartition(STREAM, 1, partition);
  }

  /** The event at an offset. */
  static Event event(long offset) {
    byte[] key = offset % 11 == 0 ? null : ("k" + offset % 37).getBytes(UTF_8);
    return Event.of(offset, offset, key, ("v" + offset).getBytes(UTF_8));
  }

  public static void main(String[] args) throws InterruptedException {
    try (Store store = Store.open(Path.of(args[0]), StoreSettings.defaults());
        Subscription subscription = store.openSubscription("kills", STREAM, SETTINGS)) {
      System.out.println("opened");
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Thread thread = new Thread(() -> consume(subscription));
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (VarveException e) {
      System.out.println(e);
      System.exit(1);
    }
    System.out.println("done");
  }

  private static void consume(Subscription subscription) {
    List<String> acknowledged = new ArrayList<>();
    int count = 0;
    try (EventConsumer consumer = subscription.openConsumer()) {
      while (true) {
        Delivery delivery = consumer.next(Duration.ofMillis(500));
        if (delivery == null) {
          break;
        }
        String name = delivery.log().partition() + "/" + delivery.event().offset();
        System.out.println("got " + name);
        count++;
        if (count % 13 == 0) {
          delivery.nack("the thirteenth");
        } else if (count % 17 != 0 && delivery.ack()) {
          acknowledged.add(name);
        }
        if (acknowledged.size() >= COMMIT_EVENTS) {
          subscription.sync();
          System.out.println("durable " + String.join(" ", acknowledged));
          acknowledged.clear();
        }
      }
    }
  }
}
