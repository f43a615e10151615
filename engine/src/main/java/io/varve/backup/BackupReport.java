package io.varve.backup;

import io.varve.format.Point;

/**
 * What a backup did.
 *
 * @param point the point that it published
 * @param filesCopied files that were not there yet
 * @param bytesCopied their bytes
 * @param bytesThere bytes of the point's other files, which earlier backups had copied
 * @param elapsedMs how long it took, milliseconds
 */
public record BackupReport(
    Point point, int filesCopied, long bytesCopied, long bytesThere, long elapsedMs) {}
