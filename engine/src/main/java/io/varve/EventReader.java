package io.varve;

import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Reads events of one log in the order of their offsets: all of them ({@link LogReader}), or those
 * that somebody chooses.
 *
 * <p>Thread: confined to one at a time.
 */
public interface EventReader extends AutoCloseable {

  /** The log that is read. */
  StreamPartition log();

  /**
   * Steps to the next event.
   *
   * @return false if there is none for now; {@link #done} tells whether there ever will be
   */
  boolean next();

  /**
   * Steps to the next event, unless that takes longer than the caller has time for.
   *
   * @param goOn asked before each batch and each segment; false leaves the rest for the next call
   * @return false if there is none for now, or it was left for later; {@link #position} is behind
   *     what was passed by
   */
  boolean next(BooleanSupplier goOn);

  /** The event that {@link #next} stepped to; it changes with the next step. */
  EventView event();

  /** The offset from which the next event is looked for. */
  long position();

  /** Goes on at another offset. */
  void seek(long offset);

  /** Every event published so far, as this reader knows, has a lower offset. */
  long endOffset();

  /** How many events have been read that were not wanted; an index passes by others unread. */
  long eventsPassedBy();

  /** The log as this reader knows it. */
  LogStats stats();

  /** How far it is. Thread: safe. */
  ReaderMetrics metrics();

  /** Whether all has been read to the end, so that {@link #next} will never again be true. */
  boolean done();

  /**
   * Waits until there may be more to read.
   *
   * @return false if nothing came within {@code timeout}, or the thread was interrupted
   */
  boolean await(Duration timeout);

  @Override
  void close();
}
