package io.varve.process;

import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Events that every process can make up and check by their number. */
final class Numbered {

  static final StreamPartition LOG = new StreamPartition("numbered", 1, 0);

  private Numbered() {}

  static Event event(long number) {
    byte[] value = new byte[(int) (number * 31 % 500)];
    new Random(number).nextBytes(value);
    return Event.of(number, number, Long.toString(number).getBytes(StandardCharsets.UTF_8), value);
  }

  static void check(EventView found, long number) {
    if (!found.toEvent().equals(event(number))) {
      throw new AssertionError(
          "Expected event "
              + number
              + ", found "
              + found.toEvent()
              + " "
              + Arrays.toString(found.key()));
    }
  }
}
