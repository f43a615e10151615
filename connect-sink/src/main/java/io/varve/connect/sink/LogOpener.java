package io.varve.connect.sink;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.base.FencedException;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens a task's logs on threads of its own, several at a time: after a crash a log's tail is read
 * once, and a disk may be slow to answer.
 *
 * <p>Thread: confined to the task's; what it opens is handed over by the future.
 */
final class LogOpener implements AutoCloseable {

  private static final int THREADS_MAX = 4;
  private static final long IDLE_SECONDS = 5;
  private static final int ATTEMPTS_MAX = 5;

  private final Store store;
  private final SinkSettings settings;
  private final ExecutorService threads;
  private final Map<Key, CompletableFuture<Opened>> latest = new HashMap<>();

  private record Key(String stream, int partition) {}

  /**
   * A log that was opened.
   *
   * @param last its last event; null if it has none, or if nobody wants to know
   */
  record Opened(LogWriter writer, @Nullable Event last) {}

  LogOpener(Store store, SinkSettings settings) {
    this.store = store;
    this.settings = settings;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS_MAX,
            THREADS_MAX,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "varve-sink-open");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
  }

  /**
   * Begins to open a log, when the opening before of the same log has come to its end: one that
   * nobody waits for any more must not take the log away from the next.
   *
   * @param generation 0 for the stream's newest, or the first if there is none
   * @return fails with what {@link Store#openWriter} throws
   */
  CompletableFuture<Opened> open(String stream, int generation, int partition) {
    Key key = new Key(stream, partition);
    CompletableFuture<?> before = latest.getOrDefault(key, CompletableFuture.completedFuture(null));
    CompletableFuture<Opened> opening =
        before
            .handle((opened, failure) -> key)
            .thenApplyAsync(log -> openNow(stream, generation, partition), threads);
    latest.put(key, opening);
    return opening;
  }

  private Opened openNow(String stream, int generation, int partition) {
    int wanted = generation > 0 ? generation : Math.max(1, store.latestGeneration(stream));
    StreamPartition log = new StreamPartition(stream, wanted, partition);
    LogWriter writer = take(log);
    try {
      return new Opened(writer, last(log, writer.nextOffset()));
    } catch (RuntimeException e) {
      writer.abandon();
      throw e;
    }
  }

  /** Another task of this connector may open it at the same moment: the last to ask gets it. */
  private LogWriter take(StreamPartition log) {
    for (int attempt = 1; ; attempt++) {
      try {
        return store.openWriter(log, settings.log(), settings.owner());
      } catch (FencedException e) {
        if (attempt == ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  private @Nullable Event last(StreamPartition log, long nextOffset) {
    return settings.recreatedTopics() == RecreatedTopics.IGNORE || nextOffset == 0
        ? null
        : StoredEvents.last(store, log, store.stats(log).startOffset(), nextOffset);
  }

  /** Begins no more; what is under way goes on. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
