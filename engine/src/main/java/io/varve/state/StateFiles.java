package io.varve.state;

import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one store, from their names to their end: a file goes when the store needs none of
 * its pages and every image made before that is closed.
 *
 * <p>Thread: safe, guarded by itself.
 */
final class StateFiles {

  private static final Logger LOG = LoggerFactory.getLogger(StateFiles.class);

  /** A file holds at least so much, and an eighth of all state if that is more. */
  private static final long FILE_BYTES_MIN = 4L << 20;

  /** Or so many records, likewise: a footer is built in memory. */
  private static final int FILE_RECORDS_MIN = 1 << 20;

  /** A nonce and a number. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,100}-[1-9][0-9]{0,18}\\.state");

  private final Directory folder;
  private final String nonce;
  private final Executor background;

  private final List<StateFile> files = new ArrayList<>();

  /** For each image that is open, the files that it needs; empty: all that there were. */
  private final TreeMap<Long, Optional<Set<StateFile>>> openImages = new TreeMap<>();

  private final List<Retired> retired = new ArrayList<>();
  private long images;
  private long begun;
  private boolean closed;
  private volatile long fileBytesMax = FILE_BYTES_MIN;
  private volatile int fileRecordsMax = FILE_RECORDS_MIN;

  private record Retired(StateFile file, long newestImage) {}

  /**
   * @param nonce what no other store, on any machine, begins its files' names with
   * @param background deletes files, which takes long if they are large
   */
  StateFiles(Directory folder, String nonce, Executor background) {
    this.background = background;
    this.folder = folder;
    this.nonce = nonce;
  }

  /** What makes {@link RecordPrints} of this store's records. */
  RecordPrints.Maker prints() {
    return new RecordPrints.Maker(nonce);
  }

  String path() {
    return folder.path();
  }

  long fileBytesMax() {
    return fileBytesMax;
  }

  int fileRecordsMax() {
    return fileRecordsMax;
  }

  /** Tells how much state there is: a file holds the more of it, so that there are few files. */
  void stateHas(long bytes, long records) {
    fileBytesMax = Math.max(FILE_BYTES_MIN, bytes / 8);
    fileRecordsMax = (int) Math.max(FILE_RECORDS_MIN, Math.min(records / 8, 1 << 28));
  }

  /** Whether a file of a store may be called so; no such name leads out of a folder. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** A new file, that {@link #create} is to make. */
  synchronized StateFile begin() {
    String name = nonce + "-" + ++begun + ".state";
    StateFile file = new StateFile(name, () -> folder.open(name));
    files.add(file);
    return file;
  }

  WriteFile create(StateFile file) throws IOException {
    return folder.create(file.name());
  }

  /** A file that exists already, here or elsewhere. */
  synchronized void add(StateFile file) {
    files.add(file);
  }

  /** The files that are finished and not retired. */
  synchronized List<StateFile> finished() {
    List<StateFile> finished = new ArrayList<>();
    for (StateFile file : files) {
      if (file.finished()) {
        finished.add(file);
      }
    }
    return finished;
  }

  /** Keeps all files that are there now until {@link #closeImage} or {@link #narrowImage}. */
  synchronized long openImage() {
    openImages.put(++images, Optional.empty());
    return images;
  }

  /** Keeps only these files for the image from now on. */
  void narrowImage(long image, Collection<StateFile> needed) {
    List<StateFile> gone;
    synchronized (this) {
      openImages.computeIfPresent(image, (number, any) -> Optional.of(new HashSet<>(needed)));
      gone = takeUnneeded();
    }
    gone.forEach(this::delete);
  }

  /** The image, which was narrowed, needs the file no longer. */
  void release(long image, StateFile file) {
    List<StateFile> gone;
    synchronized (this) {
      Optional<Set<StateFile>> needed = openImages.get(image);
      if (needed != null) {
        needed.ifPresent(files -> files.remove(file));
      }
      gone = takeUnneeded();
    }
    gone.forEach(this::delete);
  }

  /** Whether an image would keep the file if the store needed it no longer. */
  synchronized boolean isHeld(StateFile file) {
    return isHeld(file, Long.MAX_VALUE);
  }

  private boolean isHeld(StateFile file, long newestImage) {
    for (Optional<Set<StateFile>> needed : openImages.headMap(newestImage, true).values()) {
      if (needed.isEmpty() || needed.get().contains(file)) {
        return true;
      }
    }
    return false;
  }

  /** Bytes of the pages in files that only images need. */
  synchronized long retiredBytes() {
    long bytes = 0;
    for (Retired one : retired) {
      bytes += one.file().pageBytes();
    }
    return bytes;
  }

  void closeImage(long image) {
    List<StateFile> gone;
    synchronized (this) {
      openImages.remove(image);
      gone = takeUnneeded();
    }
    gone.forEach(this::delete);
  }

  /** The store needs it no longer. A file under way is retired when it is finished. */
  void retire(StateFile file) {
    List<StateFile> gone;
    synchronized (this) {
      if (!file.finished() || !files.remove(file)) {
        return;
      }
      retired.add(new Retired(file, images));
      gone = takeUnneeded();
    }
    if (!gone.isEmpty()) {
      try {
        background.execute(() -> gone.forEach(this::delete));
      } catch (RejectedExecutionException e) {
        // The work has ended.
        gone.forEach(this::delete);
      }
    }
  }

  /** Returns when a file that only images needed has gone, or after so long, or now and then. */
  @SuppressWarnings("WaitNotInLoop") // who paces itself may be woken early
  synchronized void awaitDeletion(long waitMsMax) {
    try {
      wait(waitMsMax);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<StateFile> takeUnneeded() {
    List<StateFile> gone = new ArrayList<>();
    for (Iterator<Retired> iterator = retired.iterator(); iterator.hasNext(); ) {
      Retired candidate = iterator.next();
      if (!isHeld(candidate.file(), candidate.newestImage())) {
        gone.add(candidate.file());
        iterator.remove();
      }
    }
    if (!gone.isEmpty()) {
      notifyAll();
    }
    return gone;
  }

  private void delete(StateFile file) {
    try {
      file.close();
      folder.delete(file.name());
    } catch (IOException e) {
      LOG.warn("Could not delete {} in {}", file.name(), folder.path(), e);
    }
  }

  /** Reads the file from the copy of it that is in the folder now. */
  synchronized void localise(StateFile file) throws IOException {
    ReadFile local = folder.open(file.name());
    if (closed) {
      local.close();
    } else {
      file.localise(local);
    }
  }

  synchronized int count() {
    return files.size();
  }

  /** All files that are not retired. */
  synchronized List<StateFile> all() {
    return new ArrayList<>(files);
  }

  Directory folder() {
    return folder;
  }

  /** Closes all files and deletes what is in the folder. */
  void close() {
    List<StateFile> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      all.addAll(files);
      for (Retired one : retired) {
        all.add(one.file());
      }
      files.clear();
      retired.clear();
    }
    all.forEach(this::delete);
    try {
      for (String name : folder.list()) {
        folder.delete(name);
      }
    } catch (IOException e) {
      LOG.warn("Could not empty {}", folder.path(), e);
    }
  }
}
