package io.varve.examples.compare;

import io.varve.examples.event.DemoEvent;

/**
 * An event and where it was found.
 *
 * <p>Thread: immutable.
 */
public record PlacedEvent(int partition, long offset, DemoEvent event) {}
