/** Benchmarks of the log and the connectors, with their peers in the same run. */
@NullMarked
package io.varve.benchmarks;

import org.jspecify.annotations.NullMarked;
