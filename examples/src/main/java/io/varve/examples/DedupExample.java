package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.DedupWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.dedup.DedupSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;

/** A program whose senders try again, without Kafka: each message is stored once within a day. */
public final class DedupExample {
  private DedupExample() {}

  /** Stores payments, some of which come more than once. */
  public static void run(Path folder, PrintStream out) {
    store(folder, out, "payment 1", "payment 2", "payment 1");
    store(folder, out, "payment 2", "payment 3"); // As after a restart.
  }

  private static void store(Path folder, PrintStream out, String... ids) {
    StreamPartition payments = new StreamPartition("payments", 1, 0);
    DedupSettings day = DedupSettings.ofTtlMs(Duration.ofDays(1).toMillis());
    try (Store store = Store.open(folder, StoreSettings.defaults());
        DedupWriter writer = store.openDedup(payments, LogSettings.defaults(), "example", day)) {
      for (String id : ids) {
        Event event = Event.of(writer.nextOffset(), System.currentTimeMillis(), null, new byte[10]);
        boolean stored = writer.append(event.withMessageId(id.getBytes(UTF_8)));
        out.println(id + (stored ? ": stored" : ": was there"));
      }
    }
  }

  /** Runs it in the folder named. */
  public static void main(String[] arguments) {
    run(Path.of(arguments[0]), System.out);
  }
}
