package io.varve.delay;

import io.varve.format.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is pending, in the order of due times and offsets. Whatever is in memory is looked through
 * each time; files are read from where on they are of interest.
 *
 * <p>Thread: confined to the timers', which stay as they are meanwhile.
 */
public final class TimerList {

  private final Runs runs;
  private final NearTimers near;
  private final EntryBuffer far;

  /** All timers before it are near; others are not. */
  private final Place horizon;

  private final Place first;
  private final long pending;

  TimerList(
      Runs runs, NearTimers near, EntryBuffer far, Place horizon, Progress released, long pending) {
    this.runs = runs;
    this.near = near;
    this.far = far;
    this.horizon = horizon;
    this.first = new Place(released.dueMs(), released.offset() + 1);
    this.pending = pending;
  }

  /**
   * Shows timers.
   *
   * @param from none before
   * @param until none from there on
   * @param limit no more than these, 1 or more
   * @return from where on to go on; null if there are no more
   */
  public @Nullable Place show(Place from, Place until, int limit, Consumer<Timer> to)
      throws IOException {
    return visit(from, until, limit, entry -> to.accept(Timer.of(entry)));
  }

  /**
   * How many there are, up to a limit.
   *
   * @return how many, and from where on to go on; null if there are no more
   */
  public Count count(Place from, Place until, int limit) throws IOException {
    long[] count = new long[1];
    Place next = visit(from, until, limit, entry -> count[0]++);
    return new Count(count[0], next);
  }

  /**
   * A count that may have to go on.
   *
   * @param next from where on; null if all have been counted
   */
  public record Count(long count, @Nullable Place next) {}

  private @Nullable Place visit(Place from, Place until, int limit, Consumer<EntryCursor> to)
      throws IOException {
    Place at = first.isBehind(from.key(), from.offset()) ? first : from;
    int left = limit;
    while (until.isBehind(at.key(), at.offset())) {
      boolean isNear = horizon.isBehind(at.key(), at.offset());
      Place bound = isNear && until.isBehind(horizon.key(), horizon.offset()) ? horizon : until;
      Selection inMemory = new Selection(at, bound, left);
      List<EntryCursor> cursors = new ArrayList<>();
      if (isNear) {
        near.forEach(inMemory);
      } else {
        far.forEach(inMemory);
        cursors.addAll(runs.cursors(at));
      }
      cursors.add(inMemory.sorted());
      Place end = inMemory.until();
      EntryCursor all = new MergeCursor(cursors, false);
      while (all.next() && end.isBehind(all.key(), all.offset())) {
        if (left == 0) {
          return new Place(all.key(), all.offset());
        }
        to.accept(all);
        left--;
      }
      at = end;
    }
    return null;
  }

  /**
   * About how many timers are between two places. No file is read: each may make the answer wrong
   * by a block, and what was cancelled lately may count.
   */
  public long estimate(Place from, Place until) {
    long[] count = new long[1];
    EntryTaker counter =
        (key, offset, extra, gone) -> {
          if (!from.isBehind(key, offset) && until.isBehind(key, offset)) {
            count[0] += gone ? -1 : 1;
          }
        };
    near.forEach(counter);
    far.forEach(counter);
    Place behind = horizon.isBehind(from.key(), from.offset()) ? horizon : from;
    if (until.isBehind(behind.key(), behind.offset())) {
      for (Run run : runs.all()) {
        count[0] += run.entriesBefore(until) - run.entriesBefore(behind);
      }
    }
    return Math.max(0, Math.min(count[0], pending));
  }
}
