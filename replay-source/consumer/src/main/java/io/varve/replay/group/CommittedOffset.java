package io.varve.replay.group;

/**
 * How far a group has come in a partition.
 *
 * @param streamGeneration the generation of the stream that the offset is one of
 * @param offset the next offset to read
 * @param leaderEpoch as it was committed, or -1
 * @param metadata as it was committed
 * @param committedMs when, milliseconds since the Unix epoch
 */
public record CommittedOffset(
    int streamGeneration, long offset, int leaderEpoch, String metadata, long committedMs) {}
