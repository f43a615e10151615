package io.varve.cli;

import io.varve.LogReader;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.query.FilteredReader;
import java.time.Duration;

/** A log's events, all or some of them; see {@link LogReader} and {@link FilteredReader}. */
interface EventSource extends AutoCloseable {

  StreamPartition log();

  boolean next();

  EventView event();

  boolean done();

  boolean await(Duration timeout);

  @Override
  void close();

  static EventSource of(LogReader reader) {
    return new EventSource() {
      @Override
      public StreamPartition log() {
        return reader.log();
      }

      @Override
      public boolean next() {
        return reader.next();
      }

      @Override
      public EventView event() {
        return reader.event();
      }

      @Override
      public boolean done() {
        return reader.done();
      }

      @Override
      public boolean await(Duration timeout) {
        return reader.await(timeout);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  static EventSource of(FilteredReader reader) {
    return new EventSource() {
      @Override
      public StreamPartition log() {
        return reader.log();
      }

      @Override
      public boolean next() {
        return reader.next();
      }

      @Override
      public EventView event() {
        return reader.event();
      }

      @Override
      public boolean done() {
        return reader.done();
      }

      @Override
      public boolean await(Duration timeout) {
        return reader.await(timeout);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }
}
