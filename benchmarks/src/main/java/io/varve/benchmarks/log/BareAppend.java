package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
import io.varve.benchmarks.measure.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes bytes that stand ready in a buffer to a bare file, as many as Varve stores for the same
 * events and in chunks as large as its batches, and forces them. Nothing that keeps events can do
 * with less.
 */
final class BareAppend implements Contestant {

  static final int CHUNK_BYTES = 256 << 10;

  private final String name;
  private final Work work;
  private final long storedBytes;
  private final long syncBytes;
  private final Path file;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  /**
   * @param storedBytes how many bytes to write
   * @param syncBytes forces after as many bytes, and at the end
   */
  BareAppend(String name, Work work, long storedBytes, long syncBytes) {
    this.name = name;
    this.work = work;
    this.storedBytes = storedBytes;
    this.syncBytes = syncBytes;
    this.file = work.path("bare");
    for (int event = 0; chunk.remaining() >= work.values().bytes(); event++) {
      chunk.put(work.values().get(event));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long run() throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long unsynced = 0;
      for (long left = storedBytes; left > 0; ) {
        chunk.clear().limit((int) Math.min(left, CHUNK_BYTES));
        while (chunk.hasRemaining()) {
          int written = channel.write(chunk);
          left -= written;
          unsynced += written;
        }
        if (unsynced >= syncBytes) {
          channel.force(false);
          unsynced = 0;
        }
      }
      channel.force(false);
    }
    return work.events();
  }

  @Override
  public void close() throws IOException {
    Folders.delete(file);
  }
}
