package io.varve.state;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a store held at one moment: immutable files, and what in them was alive. Made without
 * copying; the store goes on meanwhile. It keeps its files until it is closed.
 *
 * <p>Thread: safe after {@link #await}, which any thread may call.
 */
public final class StateSnapshot implements AutoCloseable {

  private static final long[] NONE_DEAD = {};

  private final LogImage image;
  private final PageWriter.Ticket ticket;
  private final StateFiles files;
  private final Localiser localiser;
  private final Cleaner cleaner;
  private final long number;
  private final AtomicBoolean closed = new AtomicBoolean();

  StateSnapshot(
      LogImage image,
      PageWriter.Ticket ticket,
      StateFiles files,
      Localiser localiser,
      Cleaner cleaner,
      long number) {
    this.image = image;
    this.ticket = ticket;
    this.files = files;
    this.localiser = localiser;
    this.cleaner = cleaner;
    this.number = number;
  }

  /**
   * Waits until everything is in files.
   *
   * @throws io.varve.base.VarveException if writing them failed, which ends the store too
   */
  public void await() {
    ticket.await();
    files.narrowImage(number, byFile().keySet());
    cleaner.awaitCopies();
  }

  /**
   * Lets one of its files go, which nobody is going to read any more: it need not stay on the disk
   * until the snapshot is closed. Once {@link #await} has returned; any thread may call it.
   */
  public void release(SnapshotFile file) {
    files.release(number, file.file());
  }

  /** Whether there was nothing. */
  public boolean empty() {
    return image.parts().isEmpty();
  }

  /** The files that hold it, once {@link #await} has returned. */
  public List<SnapshotFile> files() {
    return byFile().keySet().stream().map(file -> new SnapshotFile(file, localiser)).toList();
  }

  /** Writes what a {@link RestoredSnapshot} needs besides the files. */
  public void writeMeta(OutputStream to) throws IOException {
    List<SnapshotMeta.FileMeta> metas = new ArrayList<>();
    byFile()
        .forEach(
            (file, parts) -> {
              List<SnapshotMeta.PageMeta> pages = new ArrayList<>();
              for (LogImage.Part part : parts) {
                while (pages.size() < part.page().indexInFile) {
                  pages.add(SnapshotMeta.PageMeta.HOLLOW);
                }
                long[] dead = part.dead();
                pages.add(new SnapshotMeta.PageMeta(dead == null ? NONE_DEAD : dead));
              }
              metas.add(
                  new SnapshotMeta.FileMeta(file.name(), file.length(), file.tables(), pages));
            });
    new SnapshotMeta(metas).write(to);
  }

  /**
   * All that was kept in the tables, by key group, then by table.
   *
   * @param maps the tables that are maps or ordered sets
   * @param lists the tables that are lists
   */
  public SnapshotEntries entries(Set<Integer> values, Set<Integer> lists, Set<Integer> maps) {
    return new SnapshotEntries(byFile(), values, lists, maps, null);
  }

  /**
   * The same, read ahead by other threads until it is closed.
   *
   * @param readers runs at least two tasks at once
   */
  public SnapshotEntries entries(
      Set<Integer> values, Set<Integer> lists, Set<Integer> maps, Executor readers) {
    return new SnapshotEntries(byFile(), values, lists, maps, readers);
  }

  /** The parts of each file in the order of its pages. */
  private Map<StateFile, List<LogImage.Part>> byFile() {
    Map<StateFile, List<LogImage.Part>> byFile = new LinkedHashMap<>();
    for (LogImage.Part part : image.parts()) {
      StateFile file = part.page().file;
      if (!part.page().written || file == null) {
        throw new IllegalStateException("await() comes first");
      }
      byFile.computeIfAbsent(file, f -> new ArrayList<>()).add(part);
    }
    for (List<LogImage.Part> parts : byFile.values()) {
      parts.sort((a, b) -> Integer.compare(a.page().indexInFile, b.page().indexInFile));
    }
    return byFile;
  }

  /** Lets its files go. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      files.closeImage(number);
    }
  }
}
