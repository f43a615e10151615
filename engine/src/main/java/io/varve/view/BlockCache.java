package io.varve.view;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Blocks in memory, decompressed and checked: those that are asked for often, up to a number of
 * bytes.
 *
 * <p>Thread: safe.
 */
public final class BlockCache {

  /** What an entry takes beside its events, about. */
  private static final int ENTRY_BYTES = 256;

  private record Place(long segment, int block) {}

  private final Cache<Place, Block> blocks;
  private final AtomicLong segments = new AtomicLong();

  /**
   * @param bytesMax of memory; 0 for no cache
   */
  public BlockCache(long bytesMax) {
    blocks =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((Place place, Block block) -> ENTRY_BYTES + block.bytes())
            .executor(Runnable::run)
            .build();
  }

  /** A number for a segment, never given before. */
  long nextSegment() {
    return segments.incrementAndGet();
  }

  @Nullable Block get(long segment, int block) {
    return blocks.getIfPresent(new Place(segment, block));
  }

  void put(long segment, int number, Block block) {
    blocks.put(new Place(segment, number), block);
  }
}
