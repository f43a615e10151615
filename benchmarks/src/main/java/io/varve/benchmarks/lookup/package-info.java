/** Looking single keys up, against RocksDB. */
@NullMarked
package io.varve.benchmarks.lookup;

import org.jspecify.annotations.NullMarked;
