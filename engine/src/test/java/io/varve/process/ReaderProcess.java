package io.varve.process;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Follows a log of numbered events and checks each, up to the number that it is told on standard
 * input. Argument: the store's folder.
 */
final class ReaderProcess {

  private ReaderProcess() {}

  public static void main(String[] args) throws Exception {
    try (Store store = Store.openReadOnly(Path.of(args[0]));
        LogReader reader = store.openReader(Numbered.LOG, ReadRange.all());
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("reading");
      long next = 0;
      while (!input.ready()) {
        next = readOn(reader, next);
        reader.await(Duration.ofMillis(100));
      }
      long count = Long.parseLong(input.readLine());
      while (next < count) {
        next = readOn(reader, next);
        if (next < count && !reader.await(Duration.ofSeconds(60))) {
          throw new AssertionError("Nothing behind event " + next + " within a minute");
        }
      }
      System.out.println("read " + next);
    }
  }

  private static long readOn(LogReader reader, long from) {
    long next = from;
    while (reader.next()) {
      Numbered.check(reader.event(), next);
      next++;
    }
    return next;
  }
}
