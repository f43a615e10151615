package io.varve.delay;

import io.varve.format.Progress;
import io.varve.format.TimerState;
import io.varve.io.Directory;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a scheduler has saved of pending timers, seen by others while it goes on: nothing is written
 * or deleted, and what is taken in later stays in memory.
 *
 * <p>Thread: confined to one.
 */
public final class SavedTimers {

  /** The wheel and the buffers take all there is, so that nothing has to be saved. */
  private static final TimerMemory UNBOUNDED =
      new TimerMemory(
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          TimerMemory.DEFAULT.loaded(),
          0,
          1,
          TimerMemory.DEFAULT.stepEvents());

  private final TimerFolder folder;
  private final List<TimerState> states;

  private SavedTimers(TimerFolder folder, List<TimerState> states) {
    this.folder = folder;
    this.states = states;
  }

  /** Reads which states there are. How far timers were released is to be asked afterwards. */
  public static SavedTimers read(Directory files, UUID storeId) throws IOException {
    TimerFolder folder = TimerFolder.readOnly(files, storeId);
    return new SavedTimers(folder, files.exists() ? folder.states() : List.of());
  }

  /**
   * Opens the state that counts.
   *
   * @param released how far timers were released, by the last event of the ready log; null if that
   *     log has no event any more
   * @param readyNextOffset that log's
   * @throws java.nio.file.NoSuchFileException if a file has been deleted: read which states there
   *     are now
   */
  public PendingTimers open(@Nullable Progress released, long readyNextOffset, long nowMs)
      throws IOException {
    return new TimersOpening(
            folder,
            released,
            readyNextOffset,
            UNBOUNDED,
            1,
            nowMs,
            task -> {
              throw new IllegalStateException("nothing is merged where files are only read");
            })
        .open(states);
  }
}
