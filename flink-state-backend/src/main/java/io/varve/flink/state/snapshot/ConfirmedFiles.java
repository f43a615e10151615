package io.varve.flink.state.snapshot;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * The files of the checkpoints that may be referred to: of the last one that is known to be
 * complete, and of those begun later.
 *
 * <p>A later checkpoint may have sent a file anew, because it must not share files with earlier
 * ones. Once it is complete the older copy goes, so a file is only referred to if none has done so.
 *
 * <p>Thread: safe, guarded by itself.
 */
public final class ConfirmedFiles {

  private static final long NONE = -1;

  private record Sent(Map<String, StreamStateHandle> files, Set<String> anew) {}

  private final TreeMap<Long, Sent> checkpoints = new TreeMap<>();
  private long confirmed = NONE;

  /** Takes the files of the checkpoint that the subtask has been restored from. */
  public synchronized void restored(long checkpoint, Map<String, StreamStateHandle> files) {
    checkpoints.put(checkpoint, new Sent(Map.copyOf(files), Set.of()));
    confirmed = checkpoint;
  }

  /** The files that a new checkpoint may refer to, by name. */
  synchronized Map<String, StreamStateHandle> current() {
    Sent base = checkpoints.get(confirmed);
    if (base == null) {
      return Map.of();
    }
    Map<String, StreamStateHandle> files = new HashMap<>(base.files());
    for (Sent later : checkpoints.tailMap(confirmed, false).values()) {
      files.keySet().removeAll(later.anew());
    }
    return files;
  }

  /**
   * Notes what a checkpoint consists of.
   *
   * @param anew the names of the files that it has sent itself
   */
  synchronized void sent(long checkpoint, Map<String, StreamStateHandle> files, Set<String> anew) {
    checkpoints.put(checkpoint, new Sent(Map.copyOf(files), Set.copyOf(anew)));
  }

  /** A checkpoint, or a savepoint, is complete. */
  public synchronized void confirm(long checkpoint) {
    if (checkpoint > confirmed && checkpoints.containsKey(checkpoint)) {
      confirmed = checkpoint;
      checkpoints.headMap(checkpoint).clear();
    }
  }

  /** A checkpoint has failed; its files may be gone. */
  public synchronized void abort(long checkpoint) {
    if (checkpoint != confirmed) {
      checkpoints.remove(checkpoint);
    }
  }
}
