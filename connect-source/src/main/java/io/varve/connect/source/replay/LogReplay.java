package io.varve.connect.source.replay;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.connect.common.RecordDecoder;
import io.varve.connect.source.config.Bounds;
import io.varve.connect.source.config.OriginHeaders;
import io.varve.connect.source.offset.SourceOffset;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.query.EventFilter;
import io.varve.query.UnreadableEventException;
import java.time.Duration;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The replay of one log: reads its events and makes a record of each. */
final class LogReplay implements RecordDecoder.RecordFactory, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LogReplay.class);

  private final StreamPartition from;
  private final long end;
  private final SourcePartition sourcePartition;
  private final Target target;
  private final RecordDecoder decoder;
  private final EventReader reader;
  private final Patience patience;
  private boolean onEvent;
  private boolean leftForLater;
  private long sent;

  private LogReplay(
      LogRange range, Target target, RecordDecoder decoder, EventReader reader, Patience patience) {
    this.from = range.log();
    this.end = range.end();
    this.sourcePartition = new SourcePartition(range.log());
    this.target = target;
    this.decoder = decoder;
    this.reader = reader;
    this.patience = patience;
    this.sent = range.from();
  }

  /**
   * Where records go.
   *
   * @param partition the topic's partition, or null to leave it to the producer
   * @param origin how records tell where they come from
   */
  record Target(
      String topic, @Nullable Integer partition, boolean keepTimestamp, OriginHeaders origin) {}

  /**
   * Opens a log; with a filter its indexes are asked.
   *
   * @param filter which events are wanted; null for all
   * @param patience how long to look for one
   */
  static LogReplay open(
      Store store,
      LogRange range,
      Target target,
      RecordDecoder decoder,
      @Nullable EventFilter filter,
      Patience patience) {
    Bounds bounds = range.bounds();
    long to = range.bounded() ? range.end() : Long.MAX_VALUE;
    ReadRange read = new ReadRange(range.from(), to, bounds.startTimeMs(), bounds.endTimeMs());
    EventReader reader =
        filter == null
            ? store.openReader(range.log(), read)
            : filter.open(store, range.log(), read);
    // From here on the reader keeps what it needs; before, retention may have been quicker.
    long start = reader.stats().startOffset();
    boolean begunBefore = range.from() > bounds.startOffset();
    if (start > range.from() && (begunBefore || start > range.base())) {
      log.warn(
          "{}: the replay is at offset {}, but retention has removed everything before {}",
          range.log(),
          range.from(),
          start);
    }
    return new LogReplay(range, target, decoder, reader, patience);
  }

  /** Whether there is an event to take now. */
  boolean isReady() {
    if (!onEvent) {
      onEvent = look();
    }
    return onEvent;
  }

  private boolean look() {
    patience.beginLook();
    boolean there;
    try {
      there = reader.next(patience);
    } catch (UnreadableEventException e) {
      throw new ConnectException("The filter can't be evaluated. " + e.getMessage(), e);
    }
    // A thread that is interrupted looks no further either.
    leftForLater = !there && (patience.isLookOver() || Thread.currentThread().isInterrupted());
    return there;
  }

  /** Whether {@link #isReady} was false only since the look for a wanted event takes long. */
  boolean isLooking() {
    return !onEvent && leftForLater;
  }

  /** Whether there will never be one. */
  boolean isDone() {
    return !onEvent && reader.done();
  }

  /** The event to take next. Call only when {@link #isReady}. */
  EventView head() {
    return reader.event();
  }

  /** Moves the event into {@code batch}. Call only when {@link #isReady}. */
  void take(Batch batch) {
    EventView event = reader.event();
    batch.add(
        decoder.decode(from, event, this),
        Math.max(0, event.keyLength()) + (long) Math.max(0, event.valueLength()));
    sent = event.offset() + 1;
    onEvent = false;
  }

  /** The source offset of the last record, or where the replay began if there was none. */
  long sent() {
    return sent;
  }

  /** How many events have been read that the filter does not want. */
  long eventsPassed() {
    return reader.eventsPassedBy();
  }

  @Override
  public SourceRecord create(
      EventView event,
      @Nullable Schema keySchema,
      @Nullable Object key,
      @Nullable Schema valueSchema,
      @Nullable Object value,
      @Nullable Long timestamp,
      ConnectHeaders headers) {
    long offset = event.offset();
    target.origin().add(headers, from, offset);
    return new ReplayedRecord(
        sourcePartition,
        new SourceOffset(offset + 1, end),
        target.topic(),
        target.partition(),
        keySchema,
        key,
        valueSchema,
        value,
        target.keepTimestamp() ? timestamp : null,
        headers,
        offset);
  }

  boolean await(Duration wait) throws InterruptedException {
    return reader.await(wait);
  }

  /** The first offset not yet taken or passed. */
  long position() {
    return onEvent ? reader.event().offset() : reader.position();
  }

  /** Where the log ends, as far as its reader knows. */
  long endOffset() {
    return reader.metrics().endOffset();
  }

  @Override
  public void close() {
    reader.close();
  }
}
