package io.varve.delay;

import io.varve.delay.PendingTimers.Ownership;
import io.varve.format.Progress;
import io.varve.format.TimerState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is pending to files as it was at one moment: a copy of what was in memory and in no
 * run then, and a state that names all runs. Timers go on meanwhile.
 *
 * <p>Thread: made, and asked how it went, by the timers'; run by one, whoever comes first.
 */
final class Saving implements Runnable {

  /** A kind of runs, and what is written of it. */
  record Part(Runs runs, EntryBuffer entries, List<String> names, List<Run> retired) {

    private @Nullable String write() throws IOException {
      return runs.write(entries.sorted(), entries.count());
    }

    private List<String> names(@Nullable String written) {
      List<String> all = new ArrayList<>(names);
      if (written != null) {
        all.add(written);
      }
      return all;
    }
  }

  private final TimerFolder folder;
  private final Part timers;
  private final Part ids;
  private final Progress progress;
  private final Progress stated;
  private final long pending;
  private final long readyNextOffset;
  private final Ownership ownership;
  private final long bytes;

  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private @Nullable String timersWritten;
  private @Nullable String idsWritten;
  private @Nullable Throwable failure;

  /**
   * @param progress how far timers were taken in and released
   * @param stated what the state says of that
   * @param ownership asked when all is written: whether nobody has taken the log over
   */
  Saving(
      TimerFolder folder,
      Part timers,
      Part ids,
      Progress progress,
      Progress stated,
      long pending,
      long readyNextOffset,
      Ownership ownership) {
    this.folder = folder;
    this.timers = timers;
    this.ids = ids;
    this.progress = progress;
    this.stated = stated;
    this.pending = pending;
    this.readyNextOffset = readyNextOffset;
    this.ownership = ownership;
    // Sorting takes as much again.
    this.bytes = 2 * (timers.entries().bytes() + ids.entries().bytes());
  }

  /** Does it, unless somebody else has begun to. */
  @Override
  public void run() {
    if (begun.compareAndSet(false, true)) {
      try {
        save();
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
      } finally {
        done.complete(null);
      }
    }
  }

  private void save() throws IOException {
    timersWritten = timers.write();
    idsWritten = ids.write();
    List<String> timerNames = timers.names(timersWritten);
    List<String> idNames = ids.names(idsWritten);
    folder.save(
        new TimerState(
            folder.storeId(),
            progress.nextOffset(),
            stated,
            pending,
            readyNextOffset,
            timerNames,
            idNames));
    // Named before it is asked: whoever takes the timers over after that may have saved by now.
    List<String> older = folder.olderStates();
    boolean ours = ownership.isOurs();
    if (ours) {
      for (String name : older) {
        folder.directory().delete(name);
      }
    }
    for (List<Run> retired : List.of(timers.retired(), ids.retired())) {
      for (Run run : retired) {
        run.close();
        if (ours) {
          folder.directory().delete(run.name());
        }
      }
    }
  }

  /** Whether it is over. */
  boolean isDone() {
    return done.isDone();
  }

  /** Does it if nobody has begun to, and waits until it is over. */
  void finish() {
    run();
    done.join();
  }

  /** Bytes of memory that it takes at most. */
  long bytes() {
    return bytes;
  }

  /** How far timers were taken in and released at the moment that it is about. */
  Progress progress() {
    return progress;
  }

  /** Opens what was written; throws what went wrong. */
  void install() throws IOException {
    Throwable thrown = failure;
    if (thrown instanceof IOException io) {
      throw io;
    } else if (thrown instanceof RuntimeException runtime) {
      throw runtime;
    } else if (thrown instanceof Error error) {
      throw error;
    }
    if (timersWritten != null) {
      timers.runs().open(timersWritten);
    }
    if (idsWritten != null) {
      ids.runs().open(idsWritten);
    }
  }
}
