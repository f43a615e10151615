package io.varve.io;

import java.io.Closeable;
import java.io.IOException;

/** A lock on a file, held until closed or until the process ends. */
public interface Lock extends Closeable {

  @Override
  void close() throws IOException;
}
