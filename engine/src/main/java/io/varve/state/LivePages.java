package io.varve.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages in which anything is alive, by number, with their dead bits. An {@link #image} of them
 * takes next to no time however many there are: it shares their chunks, and a chunk that an image
 * may have is copied when it is next changed.
 *
 * <p>Thread: the store's owner.
 */
final class LivePages {

  private static final int CHUNK_BITS = 7;
  private static final int CHUNK_PAGES = 1 << CHUNK_BITS;

  private Chunk[] chunks = {};
  private long images;

  /**
   * Pages of neighbouring numbers. Thread: the store's owner; immutable once there is an image that
   * it was made before.
   */
  static final class Chunk {
    private final @Nullable LogImage.Part[] parts;

    /** How many images there had been when it was made. */
    private final long madeAt;

    Chunk(@Nullable LogImage.Part[] parts, long madeAt) {
      this.parts = parts;
      this.madeAt = madeAt;
    }
  }

  /** Takes note of a page's dead bits, or that nothing in it is alive. */
  void set(Page page) {
    int number = page.number >>> CHUNK_BITS;
    if (number >= chunks.length) {
      grow(number);
    }
    Chunk chunk = chunks[number];
    if (chunk.madeAt < images) {
      chunk = new Chunk(chunk.parts.clone(), images);
      chunks[number] = chunk;
    }
    chunk.parts[page.number & (CHUNK_PAGES - 1)] =
        page.liveBytes() == 0 ? null : new LogImage.Part(page, page.dead);
  }

  private void grow(int number) {
    int before = chunks.length;
    chunks = Arrays.copyOf(chunks, Math.max(number + 1, before * 2));
    for (int i = before; i < chunks.length; i++) {
      chunks[i] = new Chunk(new LogImage.Part[CHUNK_PAGES], images);
    }
  }

  /** What is alive now. */
  LogImage image() {
    images++;
    return new LogImage(chunks.clone());
  }

  /** What was noted of the page with that number; null if nothing in it was alive. */
  static LogImage.@Nullable Part part(Chunk[] chunks, int number) {
    int chunk = number >>> CHUNK_BITS;
    return chunk < chunks.length ? chunks[chunk].parts[number & (CHUNK_PAGES - 1)] : null;
  }

  /** Numbers of pages are below. */
  static int numbersEnd(Chunk[] chunks) {
    return chunks.length << CHUNK_BITS;
  }
}
