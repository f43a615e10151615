/**
 * One run of the example.
 *
 * <ol>
 *   <li>What is expected is worked out from the events, without Flink.
 *   <li>Everything that was started ends with the run, however that ends.
 *   <li>The job never knows which backend it is on.
 * </ol>
 *
 * <p>Thread: confined to the caller's, but for {@code close}.
 */
@NullMarked
package io.varve.examples.flink.run;

import org.jspecify.annotations.NullMarked;
