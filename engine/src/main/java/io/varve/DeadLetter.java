package io.varve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an event of a stream of dead letters comes from, which its last headers tell.
 *
 * <p>Thread: immutable.
 *
 * @param subscription whose delivery was given up
 * @param log the event's log
 * @param offset its offset there
 * @param tries how often it was delivered
 * @param reason why the last delivery failed
 */
public record DeadLetter(
    String subscription, StreamPartition log, long offset, int tries, String reason) {

  private static final String PREFIX = "varve.dead.";
  private static final List<String> NAMES =
      List.of("subscription", "stream", "generation", "partition", "offset", "tries", "reason");

  /** What an event tells; null if it is no dead letter. */
  public static @Nullable DeadLetter of(EventView event) {
    Headers headers = event.headers();
    int first = headers.count() - NAMES.size();
    if (first < 0) {
      return null;
    }
    List<String> values = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      byte[] value = headers.value(first + i);
      if (value == null || !headers.name(first + i).equals(PREFIX + NAMES.get(i))) {
        return null;
      }
      values.add(new String(value, UTF_8));
    }
    try {
      StreamPartition log =
          new StreamPartition(
              values.get(1), Integer.parseInt(values.get(2)), Integer.parseInt(values.get(3)));
      return new DeadLetter(
          values.get(0),
          log,
          Long.parseLong(values.get(4)),
          Integer.parseInt(values.get(5)),
          values.get(6));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /**
   * The event as it goes to the dead letters: with this behind its own headers, and not delayed.
   *
   * @param deadOffset its offset there
   */
  Event letter(Event event, long deadOffset) {
    Headers.Builder headers = Headers.builder();
    for (Headers.Header header : event.headers().asList()) {
      headers.add(header.name(), header.encoding(), header.value());
    }
    List<String> values =
        List.of(
            subscription,
            log.stream(),
            "" + log.generation(),
            "" + log.partition(),
            "" + offset,
            "" + tries,
            reason);
    for (int i = 0; i < NAMES.size(); i++) {
      headers.add(PREFIX + NAMES.get(i), Encoding.STRING, values.get(i).getBytes(UTF_8));
    }
    return new Event(
        deadOffset,
        event.timestampMs(),
        event.timestampType(),
        event.keyEncoding(),
        event.key(),
        event.valueEncoding(),
        event.value(),
        headers.build(),
        event.messageId(),
        Event.NOT_DELAYED);
  }
}
