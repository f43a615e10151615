package io.varve.flink.source.read;

import io.varve.Store;
import io.varve.flink.source.EventFilter;
import io.varve.flink.source.SourceSettings;
import io.varve.flink.source.StoreAccess;
import io.varve.flink.source.VarveDeserializationSchema;
import io.varve.flink.source.group.CheckpointCommits;
import io.varve.flink.source.split.LogSplit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.UserCodeClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * Reads splits side by side, some events of each in turn, in the task's thread.
 *
 * <p>Events go to an output of their split's own, so that each split has its watermark, and those
 * that are ahead of others can be paused.
 *
 * <p>Thread: confined to the task's.
 */
public final class LogSourceReader<T> implements SourceReader<T, LogSplit> {

  /** Events of one split before it is another's turn. */
  private static final int TURN_EVENTS = 256;

  /** Events handed on in one call: few, so that the task can attend to other things. */
  private static final int CALL_EVENTS = 16;

  /** Events are passed by for so long at a time, but for so many batches and segments at least. */
  private static final long PASS_BY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int PASS_BY_STEPS_MIN = 8;

  private static final CompletableFuture<Void> AVAILABLE = CompletableFuture.completedFuture(null);

  private final SourceReaderContext context;
  private final SourceSettings settings;
  private final VarveDeserializationSchema<T> schema;
  private final @Nullable EventFilter filter;
  private final SourceMetrics counters;
  private final Emitter<T> emitter = new Emitter<>();
  private final BooleanSupplier goOn = this::hasTime;
  private final SplitQueue splits = new SplitQueue();

  private @Nullable Store store;
  private boolean schemaOpen;
  private boolean noMoreSplits;
  private boolean asked;
  private int turnEvents;
  private io.varve.query.@Nullable EventFilter chosen;
  private @Nullable CheckpointCommits commits;
  private boolean outOfTime;
  private long callNanos;
  private int callSteps;
  private CompletableFuture<Void> available = new CompletableFuture<>();

  public LogSourceReader(
      SourceReaderContext context, SourceSettings settings, VarveDeserializationSchema<T> schema) {
    this.context = context;
    this.settings = settings;
    this.schema = schema;
    this.filter = settings.filter();
    this.counters = new SourceMetrics(context.metricGroup());
  }

  @Override
  public void start() {
    store();
    String group = settings.group();
    if (group != null) {
      commits = new CheckpointCommits(group, counters.group());
    }
    askForSplits();
  }

  private Store store() {
    Store at = store;
    if (at == null) {
      at =
          StoreAccess.open(
              settings.path(),
              "subtask " + context.getIndexOfSubtask() + " on " + context.getLocalHostName());
      store = at;
    }
    return at;
  }

  private void askForSplits() {
    if (!asked && !noMoreSplits && splits.isEmpty()) {
      asked = true;
      context.sendSplitRequest();
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
    Store from = store();
    if (!schemaOpen) {
      openSchema(from);
    }
    callNanos = System.nanoTime();
    callSteps = 0;
    outOfTime = false;
    while (true) {
      SplitReading reading = splits.current();
      if (reading == null) {
        return nothing();
      }
      int events = read(reading, from, output);
      if (emitter.emitted() >= settings.eventsMax()) {
        return InputStatus.END_OF_INPUT;
      }
      turnEvents += events;
      if (outOfTime) {
        // Much has been passed by: now it is another's turn, and then that of what else the task
        // has.
        turnEvents = 0;
        splits.turn();
        return InputStatus.MORE_AVAILABLE;
      }
      if (events < CALL_EVENTS) {
        leave(reading, from, output);
      } else if (turnEvents >= TURN_EVENTS) {
        turnEvents = 0;
        splits.turn();
      }
      if (events > 0) {
        return splits.isReady() ? InputStatus.MORE_AVAILABLE : nothing();
      }
    }
  }

  private InputStatus nothing() {
    if (splits.isEmpty()) {
      if (noMoreSplits) {
        return InputStatus.END_OF_INPUT;
      }
      askForSplits();
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  /**
   * Hands on a few events of a split.
   *
   * @return how many it looked at; less than {@link #CALL_EVENTS} if it has no more for now, or
   *     there was no more time to look for them
   */
  private int read(SplitReading reading, Store from, ReaderOutput<T> output) throws IOException {
    emitter.to(output.createOutputForSplit(reading.id()));
    long elementsMax = settings.eventsMax();
    int events = 0;
    int leftOut = 0;
    long bytes = 0;
    long timestampMs = -1;
    long passedBy = reading.passedBy();
    while (events < CALL_EVENTS && emitter.emitted() < elementsMax && reading.next(from, goOn)) {
      EventAccess event = reading.event();
      events++;
      bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
      timestampMs = event.timestampMs();
      if (filter != null && !filter.test(event)) {
        leftOut++;
      } else {
        emitter.of(event);
        deserialize(event, reading, from);
      }
    }
    passedBy = reading.passedBy() - passedBy;
    if (passedBy > 0) {
      splits.gave();
      counters.passedBy(passedBy);
    }
    if (events > 0) {
      splits.gave();
      counters.read(events, bytes, leftOut, timestampMs);
    }
    return events;
  }

  private boolean hasTime() {
    if (++callSteps > PASS_BY_STEPS_MIN) {
      outOfTime |= System.nanoTime() - callNanos > PASS_BY_NANOS;
    }
    return !outOfTime;
  }

  private void deserialize(EventAccess event, SplitReading reading, Store from) throws IOException {
    try {
      schema.deserialize(event, emitter);
    } catch (IOException | RuntimeException e) {
      if (emitter.handingOn()) {
        throw e;
      }
      throw new IOException(
          "The event at offset "
              + event.offset()
              + " of "
              + reading.log()
              + " in the store "
              + from.path()
              + " can't be deserialized by "
              + schema.getClass().getName()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** The split at hand has nothing more for now, or for ever. */
  private void leave(SplitReading reading, Store from, ReaderOutput<T> output) {
    turnEvents = 0;
    if (!reading.done(from)) {
      splits.waits();
      return;
    }
    splits.finish();
    CheckpointCommits committing = commits;
    if (committing != null) {
      committing.finished(reading.state());
    }
    output.releaseOutputForSplit(reading.id());
    counters.closed(reading);
    reading.close();
  }

  @Override
  public List<LogSplit> snapshotState(long checkpoint) {
    List<LogSplit> states = splits.all().stream().map(SplitReading::state).toList();
    CheckpointCommits committing = commits;
    if (committing != null) {
      committing.snapshot(checkpoint, states);
    }
    return states;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    CheckpointCommits committing = commits;
    if (committing != null) {
      committing.complete(checkpoint, store());
    }
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    if (splits.isReady()) {
      return AVAILABLE;
    }
    if (available.isDone()) {
      available = new CompletableFuture<>();
    }
    long lookMs = splits.lookInMs();
    return lookMs < 0
        ? available
        : available.completeOnTimeout(null, lookMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void addSplits(List<LogSplit> added) {
    asked = false;
    if (chosen == null && settings.choosesByFields()) {
      String expression = settings.expression();
      chosen = io.varve.query.EventFilter.compile(expression == null ? "true" : expression);
    }
    for (LogSplit split : added) {
      SplitReading reading = new SplitReading(split, settings, chosen);
      splits.add(reading);
      counters.opened(reading);
    }
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    available.complete(null);
  }

  @Override
  public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
    splits.pauseOrResume(pause, resume);
    turnEvents = 0;
    available.complete(null);
  }

  private void openSchema(Store from) throws Exception {
    schema.open(
        new DeserializationSchema.InitializationContext() {
          @Override
          public MetricGroup getMetricGroup() {
            return context.metricGroup().addGroup("deserializer");
          }

          @Override
          public UserCodeClassLoader getUserCodeClassLoader() {
            return context.getUserCodeClassLoader();
          }
        },
        from.schemas()::get);
    schemaOpen = true;
  }

  @Override
  public void close() throws Exception {
    List<@Nullable AutoCloseable> all = new ArrayList<>(splits.all());
    all.add(commits);
    all.add(store);
    // Each of them, whatever becomes of those before it.
    IOUtils.closeAll(all, Throwable.class);
  }
}
