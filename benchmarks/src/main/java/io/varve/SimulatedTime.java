package io.varve;

import io.varve.base.Clock;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import java.nio.file.Path;

/**
 * Stores whose time is what somebody says, so that what is due in an hour can be released at once.
 * The engine lets nobody else have another clock, therefore this stands in its package.
 */
public final class SimulatedTime implements Clock {

  private volatile long wallMs;

  public SimulatedTime(long wallMs) {
    this.wallMs = wallMs;
  }

  public void set(long ms) {
    wallMs = ms;
  }

  @Override
  public long wallMs() {
    return wallMs;
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  /** Opens the store in a folder, with threads as {@link Store#open} has them. */
  public Store open(Path folder) {
    StoreSettings settings = StoreSettings.defaults();
    return Store.open(
        new PosixDirectory(folder),
        settings,
        this,
        new ThreadedWork(settings.threads(), "varve"),
        ProcessId.instance());
  }
}
