package io.varve.flink.state.snapshot;

import java.io.IOException;

/** Entries of a canonical savepoint, by key group and then by state. */
interface EntrySource extends AutoCloseable {

  /** Goes to the next entry; false if there is none. */
  boolean next() throws IOException;

  int keyGroup();

  int state();

  /** An array of the caller's own. */
  byte[] key();

  byte[] value();

  @Override
  void close();
}
