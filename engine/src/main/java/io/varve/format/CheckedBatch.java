package io.varve.format;

import java.nio.ByteBuffer;

/**
 * A batch in memory, decompressed, with the checksum compared: for {@link
 * BatchCursor#load(CheckedBatch)}.
 *
 * <p>Thread: immutable; nobody writes into {@code events}.
 *
 * @param events its payload, from index 0
 * @param baseOffset the offset of its first event
 * @param lastOffset that of its last
 * @param count how many there are
 * @param file where it was read, for errors
 * @param position where in that file it begins, for errors
 */
public record CheckedBatch(
    ByteBuffer events, long baseOffset, long lastOffset, int count, String file, long position) {}
