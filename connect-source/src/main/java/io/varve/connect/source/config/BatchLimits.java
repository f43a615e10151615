package io.varve.connect.source.config;

/**
 * Where a batch of events ends, whichever comes first.
 *
 * @param eventsMax events, 1 or more
 * @param bytesMax bytes of keys and values; a single larger event makes a batch of its own
 */
public record BatchLimits(int eventsMax, long bytesMax) {}
