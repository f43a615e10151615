/** What it costs to run a log that has grown large: recovery, seeks, compaction, backups. */
@NullMarked
package io.varve.benchmarks.operate;

import org.jspecify.annotations.NullMarked;
