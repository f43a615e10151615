/**
 * The data model: streams and partitions, events and their headers. Plain values; knows nothing of
 * how they are stored. All types are immutable but for {@link io.varve.event.EventView}, which is a
 * window onto the event that a reader stands on.
 */
@NullMarked
package io.varve.event;

import org.jspecify.annotations.NullMarked;
