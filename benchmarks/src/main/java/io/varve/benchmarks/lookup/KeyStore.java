package io.varve.benchmarks.lookup;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A store of keys and values, open to be looked up. Thread: confined to one. */
interface KeyStore extends AutoCloseable {

  /** The value of a key, null if there is none. */
  byte @Nullable [] get(byte[] key) throws Exception;

  @Override
  void close() throws Exception;

  /** Opens a store that has been filled. */
  interface Opening {
    KeyStore open(Path folder) throws Exception;
  }
}
