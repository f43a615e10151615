package io.varve.backup;

import io.varve.base.Clock;
import io.varve.event.StreamPartition;
import io.varve.io.BufferPool;
import io.varve.manifest.Instances;
import io.varve.manifest.LogFolder;
import io.varve.manifest.StoreLayout;
import java.util.function.LongSupplier;

/**
 * An open store, as far as a backup needs to know it. {@code Store.backupSource} gives one.
 *
 * @param layout where its logs are
 * @param instances who is alive in it, this opening among them
 * @param buffers direct buffers to borrow
 * @param clock the time
 * @param numbers gives numbers that this opening of the store never uses again
 */
public record Source(
    StoreLayout layout,
    Instances instances,
    BufferPool buffers,
    Clock clock,
    LongSupplier numbers) {

  /** A log of the store. */
  public LogFolder log(StreamPartition name) {
    return LogFolder.of(name, layout.log(name), instances, buffers, numbers.getAsLong());
  }
}
