package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** The event log as a library, without Kafka: append, make durable, read a range of time. */
public final class LibraryExample {
  private LibraryExample() {}

  /** Appends a few readings to a store in the folder and prints those of the last minute. */
  public static void run(Path folder, PrintStream out) {
    StreamPartition readings = new StreamPartition("readings", 1, 0);
    long now = Instant.parse("2026-11-20T12:00:00Z").toEpochMilli();
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      try (LogWriter writer = store.openWriter(readings, LogSettings.defaults(), "example")) {
        for (int minute = 10; minute >= 0; minute--) {
          byte[] value = "%d minutes ago".formatted(minute).getBytes(UTF_8);
          writer.append(Event.of(writer.nextOffset(), now - minute * 60_000L, null, value));
        }
        writer.sync(); // Durable from here on, whatever happens.
      }
      ReadRange lastMinute = ReadRange.times(now - 60_000, now + 1);
      try (LogReader reader = store.openReader(readings, lastMinute)) {
        while (reader.next()) {
          byte[] value = Objects.requireNonNull(reader.event().value());
          out.println(reader.event().offset() + ": " + new String(value, UTF_8));
        }
      }
    }
  }

  /** Runs it in the folder named. */
  public static void main(String[] arguments) {
    run(Path.of(arguments[0]), System.out);
  }
}
