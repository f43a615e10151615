/** The parts that a source's work is cut into, and how checkpoints keep them. */
@NullMarked
package io.varve.flink.source.split;

import org.jspecify.annotations.NullMarked;
