package io.varve.delay;

import io.varve.base.VarveException;
import io.varve.format.TimerState;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log's pending timers. A state names the runs that belong to it; the latest one
 * that is sound counts. All names carry the epoch of who made the file, so that none is given
 * twice.
 *
 * <p>Thread: confined to one, but for {@link #nextName}.
 */
final class TimerFolder {

  private static final Logger LOG = LoggerFactory.getLogger(TimerFolder.class);

  private static final String TIMERS = ".timers";
  private static final String IDS = ".ids";
  private static final String STATE = ".pending";
  private static final Pattern NAME = Pattern.compile("\\d{1,19}-\\d{1,19}\\.(timers|ids|pending)");
  private static final String TEMPORARY = "new-";

  private final Directory folder;
  private final UUID storeId;
  private final long epoch;
  private final boolean readOnly;
  private long files;
  private @Nullable String saved;

  private TimerFolder(Directory folder, UUID storeId, long epoch, boolean readOnly) {
    this.folder = folder;
    this.storeId = storeId;
    this.epoch = epoch;
    this.readOnly = readOnly;
  }

  TimerFolder(Directory folder, UUID storeId, long epoch) {
    this(folder, storeId, epoch, false);
  }

  /** The files that somebody else has, of which none is written or deleted. */
  static TimerFolder readOnly(Directory folder, UUID storeId) {
    return new TimerFolder(folder, storeId, 0, true);
  }

  /** Whether the files are somebody else's. */
  boolean isReadOnly() {
    return readOnly;
  }

  UUID storeId() {
    return storeId;
  }

  Directory directory() {
    return folder;
  }

  /** A name for a new run of timers. Thread: any. */
  String nextTimers() {
    return nextName(TIMERS);
  }

  /** A name for a new run of ids. Thread: any. */
  String nextIds() {
    return nextName(IDS);
  }

  private synchronized String nextName(String suffix) {
    return epoch + "-" + ++files + suffix;
  }

  /**
   * What was saved, from the latest state to the earliest; states that are damaged, or another
   * store's, are passed over with a warning.
   */
  List<TimerState> states() throws IOException {
    List<TimerState> states = new ArrayList<>();
    for (String name : folder.list()) {
      if (!NAME.matcher(name).matches() || !name.endsWith(STATE)) {
        continue;
      }
      String path = folder.path() + "/" + name;
      try {
        TimerState state = TimerState.decode(folder.readAll(name, TimerState.BYTES_MAX), path);
        if (state.storeId().equals(storeId)) {
          states.add(state);
        } else {
          LOG.warn("{} belongs to another store and is passed over", path);
        }
      } catch (NoSuchFileException e) {
        // Another one, who is fenced by now, has saved a later one.
      } catch (VarveException e) {
        LOG.warn("A saved state of timers is passed over: {}", e.toString());
      }
    }
    states.sort(Comparator.comparingLong(TimerState::nextOffset).reversed());
    return states;
  }

  /** Saves a state durably. What it names must be durable as files, not yet by name. */
  void save(TimerState state) throws IOException {
    if (readOnly) {
      throw new IllegalStateException(folder.path() + " is only read");
    }
    folder.sync();
    String name = nextName(STATE);
    String temporary = TEMPORARY + name;
    folder.delete(temporary);
    folder.writeAll(temporary, state.encode());
    if (!folder.publish(temporary, name)) {
      throw new IOException(folder.path() + "/" + name + " exists, though nobody may have made it");
    }
    saved = name;
  }

  /**
   * The states that are there beside the one that was saved last. Unless somebody has taken the
   * timers over by now, they are earlier ones.
   */
  List<String> olderStates() throws IOException {
    List<String> older = new ArrayList<>();
    for (String name : folder.list()) {
      if (name.endsWith(STATE) && NAME.matcher(name).matches() && !name.equals(saved)) {
        older.add(name);
      }
    }
    return older;
  }

  /** Deletes all files but states and what a state names: who made them is fenced or dead. */
  void sweep(@Nullable TimerState kept) throws IOException {
    if (readOnly) {
      return;
    }
    Set<String> named = new HashSet<>();
    if (kept != null) {
      named.addAll(kept.timers());
      named.addAll(kept.ids());
    }
    for (String name : folder.list()) {
      boolean ours = NAME.matcher(name).matches() || name.startsWith(TEMPORARY);
      if (ours && !name.endsWith(STATE) && !named.contains(name)) {
        folder.delete(name);
      }
    }
  }
}
