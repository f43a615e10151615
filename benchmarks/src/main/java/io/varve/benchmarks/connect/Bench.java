package io.varve.benchmarks.connect;

import io.varve.benchmarks.load.Values;
import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;
import java.nio.file.Path;

/**
 * Where a turn takes place.
 *
 * @param folder where connectors may write
 * @param events of all partitions together; a multiple of {@link #PARTITIONS}
 */
record Bench(LocalCluster cluster, Worker worker, Path folder, Values values, long events) {

  static final int PARTITIONS = 4;

  Bench with(Worker other) {
    return new Bench(cluster, other, folder, values, events);
  }
}
