package io.varve.state;

/**
 * How much a store holds, and what it has done since it was opened.
 *
 * @param records records that are alive, of all tables
 * @param liveBytes bytes of those records
 * @param logBytes bytes of all pages, dead records included, in memory or on disk
 * @param memoryBytes bytes of memory in use, indexes included
 * @param indexBytes bytes of memory of the indexes
 * @param unwrittenBytes bytes of pages, in memory, that no file has yet
 * @param memoryLimitBytes bytes of memory that the store may use now
 * @param files files that the store needs, here or where it was opened from
 * @param fileBytes bytes of the pages in them
 * @param cleaning whether files are being cleaned
 * @param cleaningPasses times that files have been cleaned
 * @param cleanedBytes bytes that were written to clean files
 * @param expiredRecords records that cleaning has let go since they had expired
 * @param cleaningBacklogBytes garbage in files, or about to be, beyond what is left alone
 * @param readsFromMemory records looked at in memory
 * @param readsFromFiles records that had to be read from a file
 * @param restoredFilesLocal files the store was opened with that have been copied to its folder
 * @param restoredFilesRemote files the store was opened with that are read where they were
 * @param restoredBytesRemote bytes of them that are still to be copied
 */
public record StateStoreMetrics(
    long records,
    long liveBytes,
    long logBytes,
    long memoryBytes,
    long indexBytes,
    long unwrittenBytes,
    long memoryLimitBytes,
    int files,
    long fileBytes,
    boolean cleaning,
    long cleaningPasses,
    long cleanedBytes,
    long expiredRecords,
    long cleaningBacklogBytes,
    long readsFromMemory,
    long readsFromFiles,
    int restoredFilesLocal,
    int restoredFilesRemote,
    long restoredBytesRemote) {}
