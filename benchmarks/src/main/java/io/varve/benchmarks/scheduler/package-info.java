/** Delayed events by the million: scheduled, released, and kept for long. */
@NullMarked
package io.varve.benchmarks.scheduler;

import org.jspecify.annotations.NullMarked;
