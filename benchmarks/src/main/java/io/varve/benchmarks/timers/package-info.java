/** Timers by the million: adding them and giving them when they are due, against other wheels. */
@NullMarked
package io.varve.benchmarks.timers;

import org.jspecify.annotations.NullMarked;
