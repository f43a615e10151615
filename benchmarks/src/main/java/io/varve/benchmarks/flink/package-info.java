/** Sources of Flink jobs, ours and Kafka's, in the same job. */
@NullMarked
package io.varve.benchmarks.flink;

import org.jspecify.annotations.NullMarked;
