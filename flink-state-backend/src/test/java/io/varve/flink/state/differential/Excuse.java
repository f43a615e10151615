package io.varve.flink.state.differential;

import java.util.EnumSet;
import java.util.Set;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;

/** What one of Flink's own backends is known to do wrong, and is not held against it. */
enum Excuse {
  /**
   * RocksDB's queues list and count no timer that is added before one already polled: they begin to
   * read where they last took one off.
   */
  LISTS_TIMERS_IN_PART,
  /** RocksDB goes on uploading, in the background, for a checkpoint that has already failed. */
  LEAVES_STREAMS_OF_FAILED_CHECKPOINTS,
  /** Flink's reader of canonical savepoints doesn't close the one whose header it fails in. */
  LEAVES_STREAMS_OF_FAILED_RESTORES;

  /** None for a backend that is not Flink's. */
  static Set<Excuse> of(StateBackend backend) {
    return backend instanceof EmbeddedRocksDBStateBackend
        ? EnumSet.allOf(Excuse.class)
        : backend instanceof HashMapStateBackend
            ? EnumSet.of(LEAVES_STREAMS_OF_FAILED_RESTORES)
            : Set.of();
  }
}
