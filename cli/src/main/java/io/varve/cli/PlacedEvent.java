package io.varve.cli;

import io.varve.event.Event;

/**
 * An event with its place.
 *
 * @param partition the partition of its stream
 */
record PlacedEvent(int partition, Event event) {}
