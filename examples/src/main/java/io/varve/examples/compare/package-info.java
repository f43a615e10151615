/**
 * Compares what should have come back with what did, event by event.
 *
 * <ol>
 *   <li>Two events are the same when timestamp, key, value and headers are the same bytes; place is
 *       compared besides: partition, order, and where it is meant to be kept, offset.
 *   <li>Every expected event is matched at most once, so that {@code expected - lost - differing}
 *       is what came back whole.
 *   <li>Equality of all bytes decides, never a checksum or a sequence number of our own.
 * </ol>
 *
 * <p>Thread: each comparison is confined to its caller; results are immutable.
 */
@NullMarked
package io.varve.examples.compare;

import org.jspecify.annotations.NullMarked;
