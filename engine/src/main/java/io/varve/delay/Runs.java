package io.varve.delay;

import io.varve.io.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one kind, the older ones first. Neighbours of about the same size are merged in the
 * background, so that there are few of them and each entry is written some three times in all.
 *
 * <p>Thread: confined to one; merging reads runs, which stay as they are, on another.
 */
final class Runs implements Closeable {

  /** So many are merged at a time. */
  private static final int MERGED = 8;

  /** From so many on the smallest neighbours are merged, whatever their sizes. */
  private static final int RUNS_MAX = 32;

  private static final int BLOCKS_AHEAD = 32;

  private final Directory folder;
  private final Names names;
  private final boolean filtered;
  private final Executor background;
  private final List<Run> all = new ArrayList<>();

  /** What was merged into others: not needed once a state is saved that does not name them. */
  private final List<Run> retired = new ArrayList<>();

  private @Nullable Merge merge;

  /** Gives names that were never given before. */
  interface Names {
    String next();
  }

  /**
   * @param filtered whether runs have filters of their keys
   */
  Runs(Directory folder, Names names, boolean filtered, Executor background) {
    this.folder = folder;
    this.names = names;
    this.filtered = filtered;
    this.background = background;
  }

  /** Opens a run that is newer than all others. */
  void open(String name) throws IOException {
    all.add(Run.open(folder, name));
  }

  List<Run> all() {
    return all;
  }

  List<String> runNames() {
    return all.stream().map(Run::name).toList();
  }

  long memoryBytes() {
    return all.stream().mapToLong(Run::memoryBytes).sum();
  }

  long entries() {
    return all.stream().mapToLong(Run::entries).sum();
  }

  /**
   * Writes a run that is to be {@link #open}ed then. Thread: any.
   *
   * @return its name; null if there was nothing to write
   */
  @Nullable String write(EntryCursor from, long entriesMax) throws IOException {
    return write(folder, names.next(), from, filtered ? entriesMax : 0);
  }

  private static @Nullable String write(
      Directory folder, String name, EntryCursor from, long filteredKeys) throws IOException {
    boolean written = false;
    try (RunWriter run = RunWriter.create(folder, name, filteredKeys)) {
      run.addAll(from);
      written = run.finish();
    } finally {
      if (!written) {
        folder.delete(name);
      }
    }
    return written ? name : null;
  }

  /** Cursors of all runs from a place on, the oldest first. */
  List<EntryCursor> cursors(Place from) throws IOException {
    List<EntryCursor> cursors = new ArrayList<>();
    for (Run run : all) {
      cursors.add(run.cursor(from.key(), from.offset(), BLOCKS_AHEAD));
    }
    return cursors;
  }

  /**
   * Takes in what was merged meanwhile, and begins to merge if there is something to.
   *
   * @param used which entries are of use; asked on another thread
   */
  void tend(EntryFilter.Wanted used) throws IOException {
    Merge done = merge;
    if (done != null && done.isDone()) {
      merge = null;
      install(done);
    }
    if (merge == null) {
      int first = firstToMerge();
      if (first >= 0) {
        begin(new Merge(List.copyOf(all.subList(first, first + MERGED)), first == 0, used));
      }
    }
  }

  private void begin(Merge begun) {
    merge = begun;
    try {
      background.execute(begun);
    } catch (RejectedExecutionException e) {
      // The store is being closed; there is time for it when it is open again.
      merge = null;
    }
  }

  private void install(Merge done) throws IOException {
    String name = done.result();
    int at = all.indexOf(done.from.get(0));
    all.subList(at, at + done.from.size()).clear();
    if (name != null) {
      all.add(at, Run.open(folder, name));
    }
    retired.addAll(done.from);
  }

  /** Where neighbours begin of which none has more entries than all others together; else -1. */
  private int firstToMerge() {
    int best = -1;
    long least = Long.MAX_VALUE;
    for (int first = all.size() - MERGED; first >= 0; first--) {
      long sum = 0;
      long largest = 0;
      for (Run run : all.subList(first, first + MERGED)) {
        sum += run.entries();
        largest = Math.max(largest, run.entries());
      }
      if ((largest <= sum / 2 || all.size() > RUNS_MAX) && sum < least) {
        least = sum;
        best = first;
      }
    }
    return best;
  }

  /** Takes runs away of which every entry has a lower key. */
  void retireBelow(long key) {
    if (merge == null) {
      for (Run run : List.copyOf(all)) {
        if (run.lastKey() < key) {
          all.remove(run);
          retired.add(run);
        }
      }
    }
  }

  /** Gives away what is not needed once a state is saved that names {@link #all}. */
  List<Run> takeRetired() {
    List<Run> taken = List.copyOf(retired);
    retired.clear();
    return taken;
  }

  @Override
  public void close() throws IOException {
    for (Run run : all) {
      run.close();
    }
    for (Run run : retired) {
      run.close();
    }
  }

  /** Merges neighbours into one run, on another thread. */
  private final class Merge implements Runnable {

    private final List<Run> from;
    private final boolean oldest;
    private final EntryFilter.Wanted used;
    private final String name = names.next();
    private @Nullable String written;
    private @Nullable Throwable failure;
    private volatile boolean done;

    private Merge(List<Run> from, boolean oldest, EntryFilter.Wanted used) {
      this.from = from;
      this.oldest = oldest;
      this.used = used;
    }

    @Override
    public void run() {
      try {
        List<EntryCursor> cursors = new ArrayList<>();
        long entries = 0;
        for (Run run : from) {
          cursors.add(run.cursor(Long.MIN_VALUE, 0, BLOCKS_AHEAD));
          entries += run.entries();
        }
        // Only the oldest runs hold nothing that an entry of theirs says is gone elsewhere.
        EntryCursor merged = new MergeCursor(cursors, !oldest);
        written = write(folder, name, new EntryFilter(merged, used), filtered ? entries : 0);
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
      } finally {
        done = true;
      }
    }

    private boolean isDone() {
      return done;
    }

    private @Nullable String result() throws IOException {
      Throwable thrown = failure;
      if (thrown instanceof IOException io) {
        throw io;
      } else if (thrown instanceof RuntimeException runtime) {
        throw runtime;
      } else if (thrown instanceof Error error) {
        throw error;
      }
      return written;
    }
  }
}
