package io.varve.examples.run;

import io.varve.examples.compare.PlacedEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** STUB. */
final class Archive implements AutoCloseable {
  Archive(Path store, String stream) {}

  long count() {
    return 0;
  }

  List<PlacedEvent> read(int partition) throws IOException {
    return List.of();
  }

  @Override
  public void close() {}
}
