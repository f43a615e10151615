/**
 * An example on real parts: messages that are delivered when they say, through the sink and the
 * source.
 *
 * <ol>
 *   <li>What arrives is what a plain {@code read_committed} consumer reads.
 *   <li>Everything that was started ends with the run, however that ends.
 *   <li>Waiting ends: what has not arrived long after it was due is missing.
 * </ol>
 *
 * <p>Threads: {@code DelayedRun} is confined to the caller's; the consumer has one of its own.
 */
@NullMarked
package io.varve.examples.delayed;

import org.jspecify.annotations.NullMarked;
