package io.varve.commit;

import io.varve.format.Owner;

/**
 * What opening a log for writing found.
 *
 * @param nanos how long it took, nanoseconds: reading the manifest and taking the log over,
 *     checking the unsealed segment, deleting what no manifest names
 * @param clean whether the owner before had closed it
 * @param before the owner before
 * @param verifiedBytes bytes of the unsealed segment whose checksums were compared
 * @param cutBytes bytes behind the durable mark, which nobody had been told durable, that are no
 *     part of the log any more
 * @param nextOffset where the log goes on
 */
public record RecoveryReport(
    long nanos, boolean clean, Owner before, long verifiedBytes, long cutBytes, long nextOffset) {}
