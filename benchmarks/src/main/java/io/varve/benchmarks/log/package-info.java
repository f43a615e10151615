/** The event log against a bare file, Chronicle Queue and Kafka's own log. */
@NullMarked
package io.varve.benchmarks.log;

import org.jspecify.annotations.NullMarked;
