package io.varve.manifest;

import io.varve.base.Clock;
import io.varve.event.StreamPartition;
import io.varve.io.BufferPool;
import java.util.function.LongSupplier;

/**
 * The files of an open store, for what works on them beside its readers and writers: backups,
 * snapshots, repair. {@code Store.backupSource} gives them.
 *
 * <p>Thread: safe.
 *
 * @param layout where its logs are
 * @param instances who is alive in it, this opening among them
 * @param buffers direct buffers to borrow
 * @param clock the time
 * @param numbers gives numbers that this opening of the store never uses again
 */
public record StoreFiles(
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
