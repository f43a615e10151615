package io.varve.flink.source.read;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is. A split is <em>ready</em> as far as is known; or it <em>waits</em>, because it
 * had nothing when it was last looked at; or it is <em>paused</em> from outside; or it comes
 * <em>later</em>, behind an older generation of its partition.
 *
 * <p>Waiting splits are looked at again after a pause, which doubles while nothing comes.
 *
 * <p>Thread: confined to the task's.
 */
final class SplitQueue {

  private static final long PAUSE_MS_MIN = 1;
  private static final long PAUSE_MS_MAX = 50;

  private final ArrayDeque<SplitReading> ready = new ArrayDeque<>();
  private final List<SplitReading> waiting = new ArrayList<>();
  private final List<SplitReading> paused = new ArrayList<>();
  private final List<SplitReading> later = new ArrayList<>();
  private final Set<String> pausedIds = new HashSet<>();
  private long pauseMs = PAUSE_MS_MIN;
  private long lookNanos;

  /** Takes a split in. */
  void add(SplitReading reading) {
    for (SplitReading other : all()) {
      if (other.log().stream().equals(reading.log().stream())
          && other.log().partition() == reading.log().partition()
          && other.log().generation() < reading.log().generation()) {
        later.add(reading);
        return;
      }
    }
    enqueue(reading);
  }

  private void enqueue(SplitReading reading) {
    if (pausedIds.contains(reading.id())) {
      paused.add(reading);
    } else {
      ready.add(reading);
    }
  }

  /** All that are not finished. */
  List<SplitReading> all() {
    List<SplitReading> all = new ArrayList<>(ready);
    all.addAll(waiting);
    all.addAll(paused);
    all.addAll(later);
    return all;
  }

  boolean isEmpty() {
    return ready.isEmpty() && waiting.isEmpty() && paused.isEmpty() && later.isEmpty();
  }

  boolean isReady() {
    return !ready.isEmpty();
  }

  /** The split whose turn it is; null if none is ready and it's too early to look again. */
  @Nullable SplitReading current() {
    if (ready.isEmpty()) {
      lookAgain();
    }
    return ready.peek();
  }

  /** It is the next one's turn. */
  void turn() {
    lookAgain();
    SplitReading first = ready.poll();
    if (first != null) {
      ready.add(first);
    }
  }

  private void lookAgain() {
    if (!waiting.isEmpty() && System.nanoTime() - lookNanos >= 0) {
      ready.addAll(waiting);
      waiting.clear();
      pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }
  }

  /** The current one has given something. */
  void gave() {
    pauseMs = PAUSE_MS_MIN;
  }

  /** The current one has nothing more for now. */
  void waits() {
    waiting.add(ready.remove());
    lookNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
  }

  /** The current one has been read to its end. */
  SplitReading finish() {
    SplitReading finished = ready.remove();
    pausedIds.remove(finished.id());
    List<SplitReading> next = new ArrayList<>(later);
    later.clear();
    next.forEach(this::add);
    return finished;
  }

  /** In how many milliseconds to look again; -1 if nobody waits. */
  long lookInMs() {
    return waiting.isEmpty() ? -1 : pauseMs;
  }

  void pauseOrResume(Collection<String> pause, Collection<String> resume) {
    pausedIds.addAll(pause);
    pausedIds.removeAll(resume);
    List<SplitReading> moved = new ArrayList<>();
    ready.removeIf(reading -> pausedIds.contains(reading.id()) && moved.add(reading));
    waiting.removeIf(reading -> pausedIds.contains(reading.id()) && moved.add(reading));
    paused.removeIf(reading -> !pausedIds.contains(reading.id()) && ready.add(reading));
    paused.addAll(moved);
  }
}
