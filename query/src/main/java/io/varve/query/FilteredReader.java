package io.varve.query;

import dev.cel.runtime.CelEvaluationException;
import io.varve.EventReader;
import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReaderMetrics;
import io.varve.SchemaStore;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.FieldExtractor;
import io.varve.field.FieldValues;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Reads the events of a log that a filter wants, in the order of their offsets, as a {@link
 * LogReader} reads all. Where indexes lead it passes by blocks unread; whatever they say, the
 * events are the same.
 *
 * <p>Thread: confined to one at a time, but for {@link #metrics}.
 */
public final class FilteredReader implements EventReader {

  /** After so many events that are not wanted it is asked whether the thread was interrupted. */
  private static final int CHECK_INTERVAL = 1024;

  private final LogReader reader;
  private final EventFilter filter;
  private final Condition condition;
  private final Predicate<EventView> exempt;
  private final FieldValues values;
  private final FieldExtractor extractor;
  private final EventVariables variables;
  private final long firstWanted;
  private long from;
  private long eventsRead;
  private long eventsCompared;
  private long eventsPassedBy;

  /**
   * @param from the offset from which events are asked for
   * @param firstWanted no event below can be wanted
   */
  FilteredReader(
      LogReader reader,
      long from,
      long firstWanted,
      EventFilter filter,
      Condition condition,
      Predicate<EventView> exempt,
      SchemaStore schemas) {
    this.reader = reader;
    this.from = from;
    this.firstWanted = firstWanted;
    this.filter = filter;
    this.condition = condition;
    this.exempt = exempt;
    List<String> fields = List.copyOf(condition.fields());
    this.values = new FieldValues(fields);
    this.extractor = new ValueFields(schemas).of(fields);
    this.variables = new EventVariables(reader.log(), new AvroSchemas(schemas));
  }

  /** The log that is read. */
  @Override
  public StreamPartition log() {
    return reader.log();
  }

  /**
   * Steps to the next event that is wanted.
   *
   * @return false if there is none for now, or the thread was interrupted; {@link #done} tells
   *     whether there ever will be
   * @throws UnreadableEventException if it can't be told whether one is wanted
   */
  @Override
  public boolean next() {
    return next(() -> true);
  }

  /**
   * Steps to the next event that is wanted, unless that takes longer than the caller has time for.
   *
   * @param goOn asked before each batch and each segment; false leaves the rest for the next call
   * @return false if there is none for now, or it was left for later; {@link #position} is behind
   *     what was passed by
   * @throws UnreadableEventException if it can't be told whether one is wanted
   */
  @Override
  public boolean next(BooleanSupplier goOn) {
    while (reader.next(goOn)) {
      eventsRead++;
      if (isWanted(reader.event())) {
        return true;
      }
      eventsPassedBy++;
      if (eventsRead % CHECK_INTERVAL == 0 && Thread.currentThread().isInterrupted()) {
        return false;
      }
    }
    return false;
  }

  private boolean isWanted(EventView event) {
    if (values.count() > 0) {
      // A look at the few fields in question is far less than the whole value for CEL.
      extractor.extract(event, values);
      if (!values.meet(condition) && !exempt.test(event)) {
        return false;
      }
    }
    eventsCompared++;
    variables.set(event);
    Object result;
    try {
      result = filter.program().eval(variables);
    } catch (CelEvaluationException e) {
      result = e;
    }
    UnreadableEventException failure = variables.failure();
    if (failure != null && !(result instanceof Boolean)) {
      throw failure;
    }
    return Boolean.TRUE.equals(result);
  }

  /** The event that {@link #next} stepped to; it changes with the next step. */
  @Override
  public EventView event() {
    return reader.event();
  }

  /** Whether the range has been read to its end, so that {@link #next} will never again be true. */
  @Override
  public boolean done() {
    return reader.done();
  }

  /**
   * The offset from which the next event is looked for; the log's end if nothing below an offset is
   * wanted that the log has not come to: what is stored there is a place in the log for any filter.
   */
  @Override
  public long position() {
    return Math.min(reader.position(), Math.max(from, reader.endOffset()));
  }

  @Override
  public long endOffset() {
    return reader.endOffset();
  }

  /** How far it is. Thread: safe. */
  @Override
  public ReaderMetrics metrics() {
    return reader.metrics();
  }

  /** The log as this reader knows it. */
  @Override
  public LogStats stats() {
    return reader.stats();
  }

  @Override
  public long eventsPassedBy() {
    return eventsPassedBy;
  }

  /** How many events have been read, wanted or not. */
  public long eventsRead() {
    return eventsRead;
  }

  /** How many of those the whole filter was evaluated for. */
  public long eventsCompared() {
    return eventsCompared;
  }

  /** Goes on at another offset, of which the range's other bounds hold as before. */
  @Override
  public void seek(long offset) {
    from = offset;
    reader.seek(Math.max(offset, firstWanted));
  }

  /**
   * Waits until there may be more to read.
   *
   * @return false if nothing came within {@code timeout}, or the thread was interrupted
   */
  @Override
  public boolean await(Duration timeout) {
    return reader.await(timeout);
  }

  @Override
  public void close() {
    reader.close();
  }
}
