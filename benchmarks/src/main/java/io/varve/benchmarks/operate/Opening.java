package io.varve.benchmarks.operate;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.measure.JavaChild;
import io.varve.commit.LogSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What opening a log found, and how long it took in a JVM that has done nothing before.
 *
 * @param writerMs opening the store and the log for writing, milliseconds
 * @param readerMs opening a reader then, and having the last event, milliseconds
 * @param verifiedBytes bytes that recovery checked
 */
record Opening(double writerMs, double readerMs, long verifiedBytes) {

  /** Opens the log in that folder in a process of its own, and closes it. */
  static Opening measure(Path folder) throws IOException, InterruptedException {
    try (JavaChild child = JavaChild.start(Opening.class, folder.toString())) {
      String[] said = child.line().split(" ", -1);
      child.line();
      return new Opening(
          Double.parseDouble(said[0]), Double.parseDouble(said[1]), Long.parseLong(said[2]));
    }
  }

  /** Argument: the store's folder. Says what it found, and then that it has closed the log. */
  public static void main(String... arguments) {
    long start = System.nanoTime();
    try (Store store = Store.open(Path.of(arguments[0]), StoreSettings.defaults())) {
      try (LogWriter writer =
          store.openWriter(LargeLog.LOG, LogSettings.defaults(), LargeLog.OWNER)) {
        long open = System.nanoTime();
        long last = writer.nextOffset() - 1;
        try (LogReader reader =
            store.openReader(LargeLog.LOG, ReadRange.offsets(last, Long.MAX_VALUE))) {
          if (!reader.next() || reader.event().offset() != last) {
            throw new IllegalStateException("Event " + last + " is not there");
          }
        }
        System.out.println(
            String.format(
                Locale.ROOT,
                "%.3f %.3f %d",
                (open - start) / 1e6,
                (System.nanoTime() - open) / 1e6,
                writer.recovery().verifiedBytes()));
      }
    }
    System.out.println("closed");
  }
}
