package io.varve.compact;

import io.varve.base.Clock;
import io.varve.format.Codec;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How the segments of one log are written anew.
 *
 * @param epoch of the log's owner
 * @param numbers the rewrites of that epoch so far
 */
public record RewriteSettings(
    Compaction compaction,
    Codec codec,
    long segmentBytes,
    int batchBytes,
    long epoch,
    AtomicInteger numbers,
    Clock clock) {}
