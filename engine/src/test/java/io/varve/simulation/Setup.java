package io.varve.simulation;

import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.event.StreamPartition;
import io.varve.io.Directory;
import java.util.function.UnaryOperator;

/**
 * How the store of a {@link World} is set up.
 *
 * @param log of its logs; compaction is for one of them only
 * @param store of the store
 * @param keys how many keys there are in the log that is compacted
 * @param flaw what is wrong with how processes use their disk
 */
record Setup(LogSettings log, StoreSettings store, int keys, UnaryOperator<Directory> flaw) {

  static final long TOMBSTONES_MS = 8000;

  /**
   * Segments of about five events, a batch for nearly each; compacted whenever there is anything to
   * do.
   */
  static final LogSettings TINY =
      LogSettings.defaults()
          .withSegmentBytes(4096)
          .withBatchBytes(1024)
          .withCompaction(Compaction.ON.withTombstonesMs(TOMBSTONES_MS).withDirtyRatioMin(0));

  static Setup of(LogSettings log) {
    return new Setup(log, StoreSettings.defaults(), 8, UnaryOperator.identity());
  }

  Setup withStore(StoreSettings settings) {
    return new Setup(log, settings, keys, flaw);
  }

  Setup withKeys(int count) {
    return new Setup(log, store, count, flaw);
  }

  Setup withFlaw(UnaryOperator<Directory> other) {
    return new Setup(log, store, keys, other);
  }

  LogSettings log(StreamPartition name) {
    return name.equals(World.KEYED) ? log : log.withCompaction(Compaction.OFF);
  }
}
