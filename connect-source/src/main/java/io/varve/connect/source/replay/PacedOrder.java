package io.varve.connect.source.replay;

import io.varve.connect.source.config.Speed;
import io.varve.event.EventView;
import io.varve.event.TimestampType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * By time: the partition whose next event is the oldest comes first, and no event before it is due.
 *
 * <p>A partition's time never goes back: an event out of order counts as being of the latest time
 * before it, and so does one without a timestamp. So a partition's order holds, and the order of
 * all is a merge of lists that rise. It waits for a partition in which a wanted event is still
 * looked for: that one may be the oldest.
 */
final class PacedOrder implements ReplayOrder {

  private static final class Head {
    final PartitionLine line;
    long timeMs = Long.MIN_VALUE;

    Head(PartitionLine line) {
      this.line = line;
    }

    void see(EventView event) {
      if (event.timestampType() != TimestampType.NONE) {
        timeMs = Math.max(timeMs, event.timestampMs());
      }
    }
  }

  private final List<PartitionLine> lines;
  private final Pace pace;
  private final Patience patience;
  private final PriorityQueue<Head> ready =
      new PriorityQueue<>(Comparator.comparingLong((Head head) -> head.timeMs));
  private final List<Head> waiting = new ArrayList<>();

  PacedOrder(List<PartitionLine> lines, Speed speed, Patience patience) {
    this.lines = List.copyOf(lines);
    this.pace = new Pace(speed);
    this.patience = patience;
    lines.forEach(line -> waiting.add(new Head(line)));
  }

  @Override
  public void fill(Batch batch, long nowNanos) {
    patience.beginFill();
    waiting.removeIf(this::queue);
    while (!batch.isFull() && !ready.isEmpty() && !isLooking()) {
      Head head = ready.element();
      if (untilDueNanos(nowNanos) > 0) {
        return;
      }
      ready.remove();
      if (head.timeMs != Long.MIN_VALUE) {
        pace.sent(head.timeMs, nowNanos);
      }
      head.line.take(batch);
      if (!queue(head)) {
        waiting.add(head);
      }
    }
  }

  /** Whether an event that may come next is still looked for. */
  private boolean isLooking() {
    for (Head head : waiting) {
      if (head.line.isLooking()) {
        return true;
      }
    }
    return false;
  }

  private boolean queue(Head head) {
    if (!head.line.isReady()) {
      return false;
    }
    head.see(head.line.head());
    ready.add(head);
    return true;
  }

  @Override
  public boolean isFinished() {
    return ready.isEmpty() && lines.stream().allMatch(PartitionLine::isFinished);
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    Head head = ready.peek();
    if (head == null) {
      return Long.MAX_VALUE;
    }
    return head.timeMs == Long.MIN_VALUE
        ? 0
        : Math.max(0, pace.dueNanos(head.timeMs, nowNanos) - nowNanos);
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    return Lines.await(waiting.stream().map(head -> head.line).toList(), nanos);
  }

  @Override
  public void held(long nanos) {
    pace.skip(nanos);
  }
}
