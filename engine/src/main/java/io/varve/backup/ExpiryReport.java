package io.varve.backup;

/**
 * What an expiry deleted.
 *
 * @param points points
 * @param files files that no point names any more, those of backups that ended early among them
 * @param bytes bytes of those files
 */
public record ExpiryReport(int points, int files, long bytes) {}
