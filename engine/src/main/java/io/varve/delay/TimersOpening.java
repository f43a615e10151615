package io.varve.delay;

import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.format.Progress;
import io.varve.format.TimerState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which of the saved states counts, and opens it.
 *
 * @param released how far timers were released, by the last event of the ready log; null if that
 *     log has no event any more
 * @param readyNextOffset that log's
 */
record TimersOpening(
    TimerFolder folder,
    @Nullable Progress released,
    long readyNextOffset,
    TimerMemory memory,
    int tickMs,
    long nowMs,
    Executor background) {

  private static final Logger LOG = LoggerFactory.getLogger(TimersOpening.class);

  /**
   * Opens the first of the states that counts, or else nothing at all.
   *
   * @throws NoSuchFileException if the folder is {@linkplain TimerFolder#isReadOnly only read}, and
   *     who has it has deleted a file since the states were read
   */
  PendingTimers open(List<TimerState> states) throws IOException {
    Progress known = readyNextOffset == 0 ? Progress.NONE : released;
    for (TimerState state : states) {
      boolean latest = state.readyNextOffset() == readyNextOffset;
      if (known == null && latest) {
        known = state.released();
      }
      if (known != null && (latest || isSound(state, known))) {
        PendingTimers opened = open(state, latest ? state.released() : known);
        if (opened != null) {
          return opened;
        }
      }
    }
    if (known == null) {
      throw new StoreFailedException(
          "Nothing tells any more which timers have been released: the ready log has no event left"
              + " before its offset "
              + readyNextOffset
              + ", and none of the states saved in "
              + folder.directory().path()
              + " was saved at that offset. Take the ready log's folder away to begin anew: all"
              + " timers of the log are released again then",
          null);
    }
    folder.sweep(null);
    return new PendingTimers(
        folder, memory, timers(), ids(), new NearTimers(nowMs, tickMs), nowMs, 0, known);
  }

  private Runs timers() {
    return new Runs(folder.directory(), folder::nextTimers, false, background);
  }

  private Runs ids() {
    return new Runs(folder.directory(), folder::nextIds, true, background);
  }

  /**
   * Whether a state was saved by who released timers at that time: what was released later had been
   * taken in later. One who was fenced, and did not know, may have taken in more.
   */
  private boolean isSound(TimerState state, Progress known) {
    return state.readyNextOffset() < readyNextOffset && state.nextOffset() <= known.nextOffset();
  }

  /**
   * Opens a saved state; null if it is damaged.
   *
   * @param known how far timers were released in the end
   */
  private @Nullable PendingTimers open(TimerState state, Progress known) throws IOException {
    Runs timers = timers();
    Runs ids = ids();
    boolean done = false;
    try {
      for (String name : state.timers()) {
        timers.open(name);
      }
      for (String name : state.ids()) {
        ids.open(name);
      }
      folder.sweep(state);
      PendingTimers opened =
          new PendingTimers(
              folder,
              memory,
              timers,
              ids,
              new NearTimers(nowMs, tickMs),
              nowMs,
              state.nextOffset(),
              known);
      opened.restore(state);
      done = true;
      return opened;
    } catch (NoSuchFileException | VarveException e) {
      if (folder.isReadOnly() && e instanceof NoSuchFileException gone) {
        throw gone;
      }
      LOG.warn(
          "The saved timers in {} are passed over, the log is read instead: {}",
          folder.directory().path(),
          e.toString());
      return null;
    } finally {
      if (!done) {
        timers.close();
        ids.close();
      }
    }
  }
}
