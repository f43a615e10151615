package io.varve.benchmarks.scheduler;

import io.varve.event.StreamPartition;
import java.io.IOException;

/** Keeps events until they are due, durably. Driven by one thread. */
interface DelayQueue extends AutoCloseable {

  /** The log to which what is due goes, of any queue. */
  StreamPartition READY = new StreamPartition("events.ready", 1, 0);

  String name();

  /** Takes an event; numbers count from 0. */
  void schedule(long number, long dueMs, byte[] value) throws Exception;

  /** Waits until all that was scheduled is durable, and taken in where it is to be. */
  void scheduled() throws Exception;

  /** Appends all events to the ready log, durably: all are due. */
  void release(long count) throws Exception;

  /** What it takes on disk, bytes. */
  long diskBytes() throws IOException;

  @Override
  void close() throws Exception;
}
