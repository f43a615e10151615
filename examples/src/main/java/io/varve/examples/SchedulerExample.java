package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.Delayed;
import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Objects;

/** A program's own delayed events, without Kafka: schedule, replace, cancel, release. */
public final class SchedulerExample {
  private SchedulerExample() {}

  /** Tells of three things when they are due, and not of those replaced or cancelled. */
  public static void run(Path folder, PrintStream out) {
    StreamPartition reminders = new StreamPartition("reminders", 1, 0);
    long now = System.currentTimeMillis();
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      try (LogWriter writer = store.openWriter(reminders, LogSettings.defaults(), "example")) {
        writer.append(Delayed.at(event(writer, "call bert"), now + 200));
        writer.append(Delayed.at(event(writer, "call anna"), now + 100));
        writer.append(Delayed.at(event(writer, "tea at four"), now + 3_600_000, "tea"));
        writer.append(Delayed.at(event(writer, "tea now"), now + 300, "tea")); // In its place.
        writer.append(Delayed.at(event(writer, "dinner"), now + 150, "dinner"));
        writer.append(Delayed.cancel(writer.nextOffset(), now, null, "dinner"));
      }
      try (Scheduler scheduler =
              store.openScheduler(reminders, SchedulerSettings.of("reminders"), "example");
          LogReader ready = store.openReader(scheduler.readyLog(), ReadRange.all())) {
        scheduler.run(
            () -> {
              while (ready.next()) {
                String what = new String(Objects.requireNonNull(ready.event().value()), UTF_8);
                out.println(what);
                if (what.equals("tea now")) {
                  scheduler.stop();
                }
              }
            });
      }
    }
  }

  private static Event event(LogWriter writer, String text) {
    return Event.of(writer.nextOffset(), System.currentTimeMillis(), null, text.getBytes(UTF_8));
  }

  /** Runs it in the folder named. */
  public static void main(String[] arguments) {
    run(Path.of(arguments[0]), System.out);
  }
}
