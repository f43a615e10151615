package io.varve.cli;

import io.varve.event.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that events are exported to.
 *
 * <p>Thread: confined to one.
 */
interface EventFile extends Closeable {

  void write(int partition, EventView event) throws IOException;

  /** Makes files of one format. */
  @FunctionalInterface
  interface Format {

    /** Begins a file that must not be there yet. */
    EventFile create(Path file) throws IOException;
  }
}
