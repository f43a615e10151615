package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
import io.varve.benchmarks.measure.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Turns on a log that is opened before each and closed after it. Thread: confined to one. */
final class LogTurn<L extends AutoCloseable> implements Contestant {

  /** Opens a log in a folder that is empty or holds it already. */
  interface Opening<L> {
    L open(Path folder) throws Exception;
  }

  /** What is measured; returns the number of events. */
  interface Action<L> {
    long run(L log) throws Exception;
  }

  private final String name;
  private final Path folder;
  private final Opening<L> opening;
  private final Action<L> action;
  private final boolean fresh;
  private @Nullable L log;

  private LogTurn(String name, Path folder, Opening<L> opening, Action<L> action, boolean fresh) {
    this.name = name;
    this.folder = folder;
    this.opening = opening;
    this.action = action;
    this.fresh = fresh;
  }

  /** Work on a new log each turn, which is deleted afterwards. */
  static <L extends AutoCloseable> LogTurn<L> fresh(
      String name, Path folder, Opening<L> opening, Action<L> action) {
    return new LogTurn<>(name, folder, opening, action, true);
  }

  /** Work on a log that stays. */
  static <L extends AutoCloseable> LogTurn<L> kept(
      String name, Path folder, Opening<L> opening, Action<L> action) {
    return new LogTurn<>(name, folder, opening, action, false);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void open() throws Exception {
    Files.createDirectories(folder);
    log = opening.open(folder);
  }

  @Override
  public long run() throws Exception {
    L opened = log;
    if (opened == null) {
      throw new IllegalStateException(name + " is not open");
    }
    return action.run(opened);
  }

  @Override
  public void close() throws Exception {
    try (L closing = log) {
      log = null;
    } finally {
      if (fresh) {
        Folders.delete(folder);
      }
    }
  }
}
