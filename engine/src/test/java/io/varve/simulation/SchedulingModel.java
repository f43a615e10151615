package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.format.Progress;
import io.varve.format.Release;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a ready log must have in it, given the log that its events come from: each occurrence of
 * each event once, none early, none out of order unless it came late, none after what cancels it
 * was known, and none left out.
 */
final class SchedulingModel {

  private static final long NEVER = Long.MAX_VALUE;
  private static final Pattern EVERY = Pattern.compile("\\*/(\\d+) (\\*|17-18) .*");

  private final Map<Long, Delayed> events = new TreeMap<>();
  private @Nullable Progress before;

  /** A delayed event, and when it must be released next. */
  private static final class Delayed {

    private final Event event;

    /** The offset of the next event with the same id. */
    private final long follower;

    private long nextMs;

    private Delayed(Event event, long follower) {
      this.event = event;
      this.follower = follower;
      this.nextMs = event.dueTimeMs();
    }

    /** The first time behind what has been released. */
    private long following(Progress released) {
      String expression = text(event.headers(), Reserved.SCHEDULE_CRON);
      Matcher every = expression == null ? null : EVERY.matcher(expression);
      if (every == null || !every.matches()) {
        return NEVER;
      }
      long periodMs = 1000L * Integer.parseInt(every.group(1));
      boolean ends = !every.group(2).equals("*");
      long ms = Math.max(event.dueTimeMs(), released.dueMs() - 1);
      do {
        ms = (Math.floorDiv(ms, periodMs) + 1) * periodMs;
        if (ends && ms < 17 * 60_000) {
          ms = 17 * 60_000;
        }
      } while (!released.isBehind(ms, event.offset()));
      return ends && ms >= 19 * 60_000 ? NEVER : ms;
    }
  }

  /** Knows all that the log has in the end. */
  SchedulingModel(Iterable<Event> sent) {
    Map<String, Long> followers = new HashMap<>();
    TreeMap<Long, Event> falling = new TreeMap<>(Comparator.reverseOrder());
    sent.forEach(event -> falling.put(event.offset(), event));
    for (Event event : falling.values()) {
      String id = text(event.headers(), Reserved.SCHEDULE_ID);
      Long follower = id == null ? null : followers.put(id, event.offset());
      if (event.dueTimeMs() != Event.NOT_DELAYED) {
        events.put(event.offset(), new Delayed(event, follower == null ? NEVER : follower));
      }
    }
  }

  private static @Nullable String text(Headers headers, String name) {
    for (int i = 0; i < headers.count(); i++) {
      byte[] value = headers.value(i);
      if (headers.name(i).equals(name) && value != null) {
        return new String(value, StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  /** Checks the next event of the ready log. */
  void released(Event event, Release release) {
    String what = "the event at " + release.offset();
    Progress progress = release.progress();
    Delayed origin = events.get(release.offset());
    assertThat(origin).as(what + " is delayed").isNotNull();
    assertThat(release.dueMs()).as(what + " is due").isEqualTo(origin.nextMs);
    assertThat(event.dueTimeMs()).as(what).isEqualTo(release.dueMs());
    assertThat(event.timestampMs())
        .as(what + " is not early")
        .isGreaterThanOrEqualTo(release.dueMs());
    assertThat(event.value()).isEqualTo(origin.event.value());
    assertThat(event.key()).isEqualTo(origin.event.key());
    assertThat(event.headers().asList().subList(0, event.headers().count() - 1))
        .as(what + " has its headers")
        .isEqualTo(origin.event.headers().asList());
    assertThat(progress.nextOffset())
        .as("what was to cancel " + release.offset() + " came too late")
        .isLessThanOrEqualTo(origin.follower);
    if (before != null && !before.isBehind(release.dueMs(), release.offset())) {
      // Due before what had been released: so it was not known by then.
      assertThat(release.offset())
          .as(what + " comes late")
          .isGreaterThanOrEqualTo(before.nextOffset());
    }
    origin.nextMs = origin.following(progress);
    before = progress;
    for (Delayed other : events.values()) {
      long offset = other.event.offset();
      boolean known = offset < progress.nextOffset() && progress.nextOffset() <= other.follower;
      if (known && other.nextMs != NEVER && !progress.isBehind(other.nextMs, offset)) {
        throw new AssertionError(
            "the event at " + offset + ", due at " + other.nextMs + ", is left out: " + progress);
      }
    }
  }

  /** Checks that nothing is left that is due by now; returns how many are pending. */
  long ended(long nowMs) {
    long pending = 0;
    for (Delayed each : events.values()) {
      if (each.follower == NEVER && each.nextMs != NEVER) {
        assertThat(each.nextMs)
            .as("the event at " + each.event.offset() + " is released")
            .isGreaterThan(nowMs);
        pending++;
      }
    }
    return pending;
  }
}
