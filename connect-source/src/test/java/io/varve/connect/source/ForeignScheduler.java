package io.varve.connect.source;

import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import java.nio.file.Path;

/** The scheduler of a stream's first partition, made by {@link ForeignLoader}. */
public final class ForeignScheduler implements AutoCloseable {

  private final Store store;
  private final Scheduler scheduler;

  /** Opens it. */
  public ForeignScheduler(String folder, String owner, String stream) {
    store = Store.open(Path.of(folder), StoreSettings.defaults());
    scheduler =
        store.openScheduler(new StreamPartition(stream, 1, 0), SchedulerSettings.of(stream), owner);
  }

  /** What becomes of it when it goes on until there is nothing to do. */
  @Override
  public String toString() {
    try {
      long taken;
      do {
        taken = scheduler.metrics().taken();
        while (scheduler.step()) {}
      } while (scheduler.metrics().taken() > taken || scheduler.metrics().released() < taken);
      scheduler.close();
      return "all is well";
    } catch (VarveException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void close() {
    scheduler.abandon();
    store.close();
  }
}
