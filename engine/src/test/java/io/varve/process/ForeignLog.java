package io.varve.process;

import io.varve.Delivery;
import io.varve.EventConsumer;
import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * A log of numbered events as another class loader sees it; text is all that passes between them.
 */
public final class ForeignLog implements Function<String, String> {

  private static final String WRITE_AS = "write as ";

  private final Store store;
  private final LogReader reader;
  private long read;
  private Subscription subscription;
  private EventConsumer consumer;

  /** Opens the store in {@code folder}, which must hold the log. */
  public ForeignLog(String folder) {
    this.store = Store.open(Path.of(folder), StoreSettings.defaults());
    this.reader = store.openReader(Numbered.LOG, ReadRange.all());
  }

  /**
   * {@code read}: all there is; {@code write as <owner>}: one event; {@code subscribe}: opens the
   * subscription "shared"; {@code consume}: an event of it, durably; {@code close}. Returns the
   * next offset, that of the event, or the error.
   */
  @Override
  public String apply(String command) {
    try {
      if (command.equals("subscribe")) {
        subscription =
            store.openSubscription(
                "shared", Numbered.LOG.stream(), SubscriptionSettings.defaults());
        consumer = subscription.openConsumer();
        return "subscribed";
      }
      if (command.equals("consume")) {
        Delivery delivery = consumer.next(Duration.ofSeconds(10));
        delivery.ack();
        subscription.sync();
        return "" + delivery.event().offset();
      }
      if (command.equals("close")) {
        if (subscription != null) {
          subscription.close();
        }
        reader.close();
        store.close();
        return "closed";
      }
      return command.startsWith(WRITE_AS) ? write(command.substring(WRITE_AS.length())) : readOn();
    } catch (VarveException e) {
      return e.toString();
    }
  }

  private String readOn() {
    while (reader.next()) {
      Numbered.check(reader.event(), read);
      read++;
    }
    return "" + read;
  }

  private String write(String owner) {
    try (LogWriter writer = store.openWriter(Numbered.LOG, LogSettings.defaults(), owner)) {
      writer.append(Numbered.event(writer.nextOffset()));
      return "" + writer.sync();
    }
  }
}
