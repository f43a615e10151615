package io.varve;

import io.varve.format.BatchCursor;
import io.varve.format.PackedEvent;
import java.util.Arrays;

/**
 * Events in memory, packed one behind another. They are known by their places and go all together.
 *
 * <p>Thread: confined to one at a time.
 */
final class PackedEvents {

  private static final int CHUNK_BYTES_MIN = 4 << 10;
  private static final int CHUNK_BYTES_MAX = 256 << 10;

  private byte[][] chunks = new byte[4][];
  private int chunkCount;

  /** Where the next event goes in the last chunk. */
  private int end;

  private long bytes;

  /** Takes a copy of an event; returns its place, from 0. */
  long add(BatchCursor event) {
    int need = event.packedBytes();
    if (chunkCount == 0 || chunks[chunkCount - 1].length - end < need) {
      addChunk(need);
    }
    int at = end;
    event.pack(chunks[chunkCount - 1], at);
    end = at + need;
    return (long) (chunkCount - 1) << Integer.SIZE | at;
  }

  private void addChunk(int need) {
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunkCount);
    }
    // As large as all before together, so that few events take little.
    long room = Math.max(CHUNK_BYTES_MIN, Math.min(CHUNK_BYTES_MAX, bytes));
    chunks[chunkCount] = new byte[(int) Math.max(room, need)];
    bytes += chunks[chunkCount].length;
    chunkCount++;
    end = 0;
  }

  /** Has {@code event} stand on the event at a place. */
  PackedEvent get(long place, PackedEvent event) {
    return event.at(chunks[(int) (place >>> Integer.SIZE)], (int) place);
  }

  /** Bytes of memory that it takes. */
  long bytes() {
    return bytes;
  }
}
