package io.varve;

import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.time.Duration;

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

  /** The event that {@link #next} stepped to; it changes with the next step. */
  EventView event();

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
