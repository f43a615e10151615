package io.varve.process;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Follows a log of numbered events up to a number and checks each. Arguments: folder, number of
 * events.
 */
final class ReaderProcess {

  private ReaderProcess() {}

  public static void main(String[] args) {
    long count = Long.parseLong(args[1]);
    long next = 0;
    try (Store store = Store.openReadOnly(Path.of(args[0]));
        LogReader reader = store.openReader(Numbered.LOG, ReadRange.all())) {
      while (next < count) {
        if (reader.next()) {
          Numbered.check(reader.event(), next);
          next++;
        } else if (!reader.await(Duration.ofSeconds(60))) {
          throw new AssertionError("Nothing behind event " + next + " within a minute");
        }
      }
    }
    System.out.println("read " + next);
  }
}
