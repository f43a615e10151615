package io.varve.connect.sink;

import io.varve.DedupWriter;
import io.varve.Store;
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
  record Opened(PartitionLog log, @Nullable Event last) {}

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
   * @param topic the topic that is archived
   * @param generation 0 for the stream's newest, or the first if there is none
   * @return fails with what {@link Store#openWriter} throws
   */
  CompletableFuture<Opened> open(String topic, String stream, int generation, int partition) {
    Key key = new Key(stream, partition);
    CompletableFuture<?> before = latest.getOrDefault(key, CompletableFuture.completedFuture(null));
    CompletableFuture<Opened> opening =
        before
            .handle((opened, failure) -> key)
            .thenApplyAsync(log -> openNow(topic, stream, generation, partition), threads);
    latest.put(key, opening);
    return opening;
  }

  private Opened openNow(String topic, String stream, int generation, int partition) {
    int wanted = generation > 0 ? generation : Math.max(1, store.latestGeneration(stream));
    StreamPartition log = new StreamPartition(stream, wanted, partition);
    Deduplication deduplication = settings.deduplication();
    PartitionLog opened =
        deduplication == null
            ? new PartitionLog.Plain(store.openWriter(log, settings.log(), settings.owner()))
            : deduplicating(log, topic, deduplication);
    try {
      return new Opened(opened, last(log, opened.nextOffset()));
    } catch (RuntimeException e) {
      opened.abandon();
      throw e;
    }
  }

  private PartitionLog deduplicating(
      StreamPartition log, String topic, Deduplication deduplication) {
    DedupWriter writer =
        store.openDedup(log, settings.log(), settings.owner(), deduplication.window());
    try {
      String stream = deduplication.duplicatesStream(topic);
      return new DedupLog(
          writer,
          stream == null
              ? null
              : DuplicatesLog.open(store, settings, stream, log, writer.nextOffset()));
    } catch (RuntimeException e) {
      writer.abandon();
      throw e;
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
