package io.varve.connect.source.plan;

import io.varve.base.VarveException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the selected streams are still what the tasks were planned for, and
 * says so when they are not.
 *
 * <p>Thread: has one of its own from {@link #start} to {@link #close}; the methods are safe to call
 * from any.
 */
public final class StreamWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StreamWatch.class);

  private final Supplier<Catalogue> look;
  private final Runnable changed;
  private final ScheduledExecutorService thread;

  private @Nullable Catalogue planned; // guarded by this
  private @Nullable String lastTrouble; // only the watch's thread

  /**
   * @param look what there is now
   * @param changed called on the watch's thread, at each look that finds something else than was
   *     planned
   */
  public StreamWatch(Supplier<Catalogue> look, Runnable changed) {
    this.look = look;
    this.changed = changed;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, "varve-source-stream-watch");
              made.setDaemon(true);
              return made;
            });
  }

  /** Begins to look every {@code intervalMs}. */
  public void start(long intervalMs) {
    var unused =
        thread.scheduleWithFixedDelay(this::check, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
  }

  /** Tells what the tasks are planned for from now on. */
  public synchronized void planned(Catalogue catalogue) {
    planned = catalogue;
  }

  /** Looks once. A store that can't be read now may be readable again at the next look. */
  public void check() {
    try {
      Catalogue found = look.get();
      lastTrouble = null;
      if (differs(found)) {
        log.info("Streams, partitions or generations have changed: planning the tasks anew");
        changed.run();
      }
    } catch (VarveException e) {
      String trouble = String.valueOf(e.getMessage());
      if (!trouble.equals(lastTrouble)) {
        log.warn("Can't look for new streams, trying again: {}", trouble, e);
        lastTrouble = trouble;
      }
    } catch (RuntimeException e) {
      // An exception that left this method would end the watch without a word.
      log.error("Looking for new streams failed, trying again", e);
    }
  }

  private synchronized boolean differs(Catalogue found) {
    return planned != null && !planned.equals(found);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
