package io.varve.connect.source.config;

/**
 * Where it is told how far the replay is when no event tells it.
 *
 * @param name the topic's
 * @param intervalMs after how long without one
 */
public record ProgressTopic(String name, long intervalMs) {}
