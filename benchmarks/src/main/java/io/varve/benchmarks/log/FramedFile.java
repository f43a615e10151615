package io.varve.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The least that tells one event from the next: each value behind its length, in a bare file.
 *
 * <p>No offsets, timestamps, keys, headers or checksums.
 */
final class FramedFile implements AutoCloseable {

  private final Path file;

  FramedFile(Path folder) {
    file = folder.resolve("events");
  }

  /** Packs the events into chunks one by one, writes them and forces the file at the end. */
  long write(Work work) throws IOException {
    byte[] packed = new byte[BareAppend.CHUNK_BYTES];
    ByteBuffer heap = ByteBuffer.wrap(packed);
    ByteBuffer chunk = ByteBuffer.allocateDirect(packed.length);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long event = 0; event < work.events(); event++) {
        byte[] value = work.values().get(event);
        if (heap.remaining() < Integer.BYTES + value.length) {
          flush(heap, chunk, channel);
        }
        heap.putInt(value.length).put(value);
      }
      flush(heap, chunk, channel);
      channel.force(false);
    }
    return work.events();
  }

  private static void flush(ByteBuffer heap, ByteBuffer chunk, FileChannel channel)
      throws IOException {
    chunk.clear().put(heap.flip()).flip();
    heap.clear();
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
  }

  /** Reads the file in chunks and touches each value; returns how many there are. */
  long read() throws IOException {
    return read(false);
  }

  /** Reads the file in chunks and takes a copy of each value; returns how many there are. */
  long readCopies() throws IOException {
    return read(true);
  }

  private long read(boolean copy) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(BareAppend.CHUNK_BYTES);
    long events = 0;
    long sum = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(chunk) > 0) {
        chunk.flip();
        int at = 0;
        int end = chunk.limit();
        while (end - at >= Integer.BYTES) {
          int next = at + Integer.BYTES + chunk.getInt(at);
          if (next > end) {
            break;
          }
          if (copy) {
            byte[] value = new byte[next - at - Integer.BYTES];
            chunk.get(at + Integer.BYTES, value);
            sum += value[0];
          } else {
            sum += chunk.get(at + Integer.BYTES);
          }
          at = next;
          events++;
        }
        chunk.position(at).compact();
      }
    }
    Work.sink = sum;
    return events;
  }

  @Override
  public void close() {}
}
