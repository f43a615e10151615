/** The replay consumer against Kafka's consumer with a broker on the same machine. */
@NullMarked
package io.varve.benchmarks.consumer;

import org.jspecify.annotations.NullMarked;
