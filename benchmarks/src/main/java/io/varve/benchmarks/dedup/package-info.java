/** Message ids that are checked and put in: a log's window against RocksDB. */
@NullMarked
package io.varve.benchmarks.dedup;

import org.jspecify.annotations.NullMarked;
