package io.varve.manifest;

import io.varve.event.StreamPartition;
import io.varve.io.BufferPool;
import io.varve.io.Directory;

/**
 * One log's place in a store, and what works on it share.
 *
 * @param name which log
 * @param directory its folder
 * @param manifests its state
 * @param leases what its readers need
 * @param snapshots what is kept of it under a name
 * @param instances who is alive in the store
 * @param buffers direct buffers to borrow
 */
public record LogFolder(
    StreamPartition name,
    Directory directory,
    ManifestFolder manifests,
    ReaderLeases leases,
    SnapshotFolder snapshots,
    Instances instances,
    BufferPool buffers) {

  /**
   * The log that lives in {@code directory}.
   *
   * @param number tells this one apart from others made through the same instance
   */
  public static LogFolder of(
      StreamPartition name,
      Directory directory,
      Instances instances,
      BufferPool buffers,
      long number) {
    return new LogFolder(
        name,
        directory,
        new ManifestFolder(directory, instances.self().nonce() + "-" + number),
        new ReaderLeases(directory, instances),
        new SnapshotFolder(directory, instances, number),
        instances,
        buffers);
  }
}
