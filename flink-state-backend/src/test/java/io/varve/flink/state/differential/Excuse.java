package io.varve.flink.state.differential;

import java.util.EnumSet;
import java.util.Set;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;

/** What RocksDB's backend is known to do wrong, and is not held against it. */
enum Excuse {
  /**
   * RocksDB's queues list and count no timer that is added before one already polled: they begin to
   * read where they last took one off.
   */
  LISTS_TIMERS_IN_PART,
  /** RocksDB goes on uploading, in the background, for a checkpoint that has already failed. */
  LEAVES_STREAMS_OF_FAILED_CHECKPOINTS;

  /** None for any but RocksDB. */
  static Set<Excuse> of(StateBackend backend) {
    return backend instanceof EmbeddedRocksDBStateBackend ? EnumSet.allOf(Excuse.class) : Set.of();
  }
}
