package io.varve.benchmarks.log;

import io.varve.benchmarks.load.Values;
import java.nio.file.Path;

/**
 * What every contestant is to do.
 *
 * @param folder where its files go
 * @param events how many events it appends or reads
 */
record Work(Path folder, Values values, long events) {

  /** Takes what is read, so that reading can't be optimised away. */
  static volatile long sink;

  Path path(String name) {
    return folder.resolve(name);
  }
}
