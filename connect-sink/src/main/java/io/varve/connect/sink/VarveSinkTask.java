package io.varve.connect.sink;

import io.varve.Store;
import io.varve.base.Clock;
import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.connect.common.RecordEncoder;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.common.config.PluginVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/**
 * Archives the partitions that the worker gives it. What happens to each is in {@link
 * ArchivedPartition}; this class keeps the worker's rules: no call takes longer than a second, a
 * batch that can't be taken now is asked for again, only durable offsets are reported.
 *
 * <p>Thread: confined to the worker's thread for this task.
 */
public final class VarveSinkTask extends SinkTask {

  private static final long OPEN_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long PUT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long COMMIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long CLOSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(800);
  private static final long STOP_MS_MAX = 800;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long CALL_AGAIN_MS_MIN = 20;

  private final Function<SinkSettings, Store> storeOpener;
  private final Clock clock;
  private final Deliveries deliveries = new Deliveries();

  private @Nullable Store store;
  private @Nullable LogOpener opener;
  private @Nullable Indexing indexing;
  private @Nullable Assignment assignment;
  private long commitIntervalNanos;

  /** For the worker, which then calls {@link #start}. */
  public VarveSinkTask() {
    this(settings -> Store.open(settings.storePath(), settings.store()), Clock.SYSTEM);
  }

  /** A task on a store and a clock of the caller's. */
  VarveSinkTask(Function<SinkSettings, Store> storeOpener, Clock clock) {
    this.storeOpener = storeOpener;
    this.clock = clock;
  }

  @Override
  public String version() {
    return PluginVersion.of(VarveSinkTask.class);
  }

  /**
   * Opens the store.
   *
   * @throws ConnectException if it can't be opened
   */
  @Override
  public void start(Map<String, String> props) {
    SinkSettings settings = SinkSettings.of(props);
    CrossChecks.check(props);
    commitIntervalNanos = TimeUnit.MILLISECONDS.toNanos(settings.commitIntervalMs());
    try {
      Store opened = storeOpener.apply(settings);
      store = opened;
      LogOpener newOpener = new LogOpener(opened, settings);
      opener = newOpener;
      IndexSettings index = settings.index();
      indexing = index == null ? null : new Indexing(opened, index);
      SinkMeters meters = new SinkMeters();
      WorkerMetrics metrics = WorkerMetrics.of(context);
      metrics.show(meters);
      assignment =
          new Assignment(
              new Archive(
                  opened,
                  newOpener,
                  settings,
                  new Events(new RecordEncoder(SchemaTexts.of(opened)), settings),
                  indexing,
                  context,
                  context.errantRecordReporter(),
                  meters,
                  clock),
              metrics);
    } catch (VarveException e) {
      throw new ConnectException("Can't start archiving: " + e.getMessage(), e);
    }
  }

  /** Takes the partitions' logs over, and sends the consumer to where they end. */
  @Override
  public void open(Collection<TopicPartition> partitions) {
    assignment().add(partitions, deliveries.next());
    if (!assignment().openPending(deliveries.last(), clock.nanos() + OPEN_NANOS_MAX)) {
      context.timeout(CALL_AGAIN_MS_MIN);
    }
  }

  /**
   * Takes a batch, or asks for it again.
   *
   * @throws RetriableException if it can't be taken completely now
   * @throws ConnectException if the task should stop
   */
  @Override
  public void put(Collection<SinkRecord> records) {
    long nowNanos = clock.nanos();
    Delivery delivery = deliveries.begin(records, nowNanos, nowNanos + PUT_NANOS_MAX);
    assignment().openPending(delivery.number(), delivery.deadlineNanos());
    for (SinkRecord record : records) {
      ArchivedPartition partition = assignment().of(record);
      if (partition != null) {
        take(partition, record, delivery, records);
      }
    }
    commitWhatIsDue(nowNanos);
  }

  private void take(
      ArchivedPartition partition,
      SinkRecord record,
      Delivery delivery,
      Collection<SinkRecord> records) {
    try {
      if (!partition.isOpen()) {
        throw comeAgain(partition, records);
      }
      while (!partition.accept(record, delivery)) {
        if (clock.nanos() - delivery.deadlineNanos() >= 0) {
          throw comeAgain(partition, records);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (StoreFailedException e) {
      partition.fail(e);
      throw comeAgain(partition, records);
    } catch (FencedException e) {
      partition.takenOver(e);
      throw comeAgain(partition, records);
    } catch (VarveException e) {
      throw failed(partition, e);
    }
  }

  private RetriableException comeAgain(
      ArchivedPartition partition, Collection<SinkRecord> records) {
    deliveries.askAgain(records);
    if (partition.isOpen()) {
      context.timeout(CALL_AGAIN_MS_MIN);
      return new RetriableException(
          "The disk is behind: no room for the events of " + partition.source() + " for now");
    }
    long retryMs = partition.outage().retryMs(clock.nanos());
    context.timeout(retryMs);
    return new RetriableException(
        "Can't write the events of "
            + partition.source()
            + " now: "
            + partition.outage().reason()
            + ". Kafka keeps them; trying again in "
            + retryMs
            + " ms");
  }

  private static ConnectException failed(ArchivedPartition partition, VarveException cause) {
    return new ConnectException(
        "Can't archive " + partition.source() + ": " + cause.getMessage(), cause);
  }

  /** Has events synced whose time has come, and sees to it that the worker calls again in time. */
  private void commitWhatIsDue(long nowNanos) {
    long againNanos = Long.MAX_VALUE;
    for (ArchivedPartition partition : assignment().all()) {
      try {
        partition.commitIfDue(nowNanos, commitIntervalNanos);
      } catch (StoreFailedException e) {
        partition.fail(e);
      } catch (FencedException e) {
        partition.takenOver(e);
      } catch (VarveException e) {
        throw failed(partition, e);
      }
      againNanos =
          Math.min(
              againNanos,
              partition.isOpen()
                  ? partition.nanosToCommit(nowNanos, commitIntervalNanos)
                  : TimeUnit.MILLISECONDS.toNanos(partition.outage().retryMs(nowNanos)));
      partition.publish();
    }
    if (againNanos != Long.MAX_VALUE) {
      context.timeout(Math.max(CALL_AGAIN_MS_MIN, TimeUnit.NANOSECONDS.toMillis(againNanos)));
    }
  }

  /**
   * Makes what was taken durable, as far as time allows.
   *
   * @return for each partition, up to where it is durable
   */
  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> currentOffsets) {
    long nowNanos = clock.nanos();
    List<CompletableFuture<?>> commits = new ArrayList<>();
    for (TopicPartition source : currentOffsets.keySet()) {
      ArchivedPartition partition = assignment().of(source);
      if (partition != null) {
        commits.add(partition.commitNow(nowNanos));
      }
    }
    await(commits, COMMIT_NANOS_MAX);
    Map<TopicPartition, OffsetAndMetadata> durable = new HashMap<>();
    currentOffsets.forEach(
        (source, current) -> {
          ArchivedPartition partition = assignment().of(source);
          if (partition != null && partition.durableOffset() > 0) {
            // The consumer may stand below the log's end: its last event is read once more.
            durable.put(
                source,
                new OffsetAndMetadata(Math.min(partition.durableOffset(), current.offset())));
          }
        });
    return durable;
  }

  private static void await(List<CompletableFuture<?>> commits, long nanos) {
    try {
      CompletableFuture.allOf(commits.toArray(CompletableFuture[]::new))
          .get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // What is durable by now counts; put() tells what has failed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    if (assignment != null) {
      assignment.remove(partitions, clock.nanos() + CLOSE_NANOS_MAX);
    }
  }

  @Override
  public void stop() {
    Assignment left = assignment;
    Store closing = store;
    Indexing building = indexing;
    assignment = null;
    store = null;
    indexing = null;
    if (left != null) {
      left.remove(left.sources(), clock.nanos() + CLOSE_NANOS_MAX);
    }
    if (opener != null) {
      opener.close();
      opener = null;
    }
    if (closing != null) {
      // A disk that hangs must not hold the worker's thread.
      Thread closer =
          new Thread(
              () -> {
                if (building != null) {
                  building.close();
                }
                closing.close();
              },
              "varve-sink-close");
      closer.setDaemon(true);
      closer.start();
      try {
        closer.join(STOP_MS_MAX);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Assignment assignment() {
    if (assignment == null) {
      throw new ConnectException("The task was not started");
    }
    return assignment;
  }
}
