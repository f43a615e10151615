package io.varve.examples.run;

import io.varve.examples.input.InputException;
import io.varve.examples.input.TimeText;
import io.varve.examples.report.TimeRange;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which time range to replay, as the user said.
 *
 * <p>Thread: immutable.
 *
 * @param from null for the beginning; if both are null, the middle is taken
 * @param to null for the end
 */
public record SliceChoice(@Nullable String from, @Nullable String to) {

  /**
   * The range for events of these times, in any order.
   *
   * @throws InputException if it is no range or holds no event
   */
  public TimeRange of(long[] timesMs) {
    if (from == null && to == null) {
      return MiddleSlice.of(timesMs);
    }
    long first = Arrays.stream(timesMs).min().orElse(0);
    long last = Arrays.stream(timesMs).max().orElse(0);
    long startMs = from == null ? first : TimeText.parseMs(from);
    long endMs = to == null ? last + 1 : TimeText.parseMs(to);
    if (startMs >= endMs) {
      throw new InputException(
          "the slice would end before it starts: %s is not before %s"
              .formatted(Instant.ofEpochMilli(startMs), Instant.ofEpochMilli(endMs)));
    }
    TimeRange slice = new TimeRange(startMs, endMs);
    if (Arrays.stream(timesMs).noneMatch(slice::contains)) {
      throw new InputException(
          "no event is in the slice, %s; the events are from %s to %s"
              .formatted(slice, Instant.ofEpochMilli(first), Instant.ofEpochMilli(last)));
    }
    return slice;
  }
}
