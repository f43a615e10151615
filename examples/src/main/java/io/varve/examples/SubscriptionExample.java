package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.Delivery;
import io.varve.EventConsumer;
import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** A program's own consumers, without Kafka: deliver, acknowledge, try again, give up. */
public final class SubscriptionExample {
  private SubscriptionExample() {}

  /** Sends a mail for each order, but for one that can't be sent. */
  public static void run(Path folder, PrintStream out) {
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      order(store, "anna", "bert", "nowhere", "carl");
      SubscriptionSettings settings = SubscriptionSettings.defaults().withTriesMax(2);
      try (Subscription mails = store.openSubscription("mails", "orders", settings);
          EventConsumer consumer = mails.openConsumer()) {
        for (Delivery delivery; (delivery = consumer.next(Duration.ofSeconds(1))) != null; ) {
          String name = new String(Objects.requireNonNull(delivery.event().value()), UTF_8);
          if (name.equals("nowhere")) {
            delivery.nack("no such address"); // Comes again, and then is a dead letter.
          } else {
            out.println("mail to " + name);
            delivery.ack();
          }
        }
        out.println("given up: " + mails.metrics().deliveries().deadLetters());
      }
    }
  }

  private static void order(Store store, String... names) {
    StreamPartition orders = new StreamPartition("orders", 1, 0);
    try (LogWriter writer = store.openWriter(orders, LogSettings.defaults(), "example")) {
      for (String name : names) {
        byte[] value = name.getBytes(UTF_8);
        writer.append(Event.of(writer.nextOffset(), System.currentTimeMillis(), null, value));
      }
    }
  }

  /** Runs it in the folder named. */
  public static void main(String[] arguments) {
    run(Path.of(arguments[0]), System.out);
  }
}
