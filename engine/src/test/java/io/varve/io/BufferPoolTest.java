package io.varve.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class BufferPoolTest {

  @Test
  void aBufferIsLentToOneAtATimeThoughOthersAreEqualToIt() {
    BufferPool pool = new BufferPool();
    ByteBuffer small = pool.take(8);
    ByteBuffer large = pool.take(64);
    // Nothing remains in either, so that they are equal.
    small.position(small.limit());
    large.position(large.limit());
    pool.give(large);
    pool.give(small);

    ByteBuffer first = pool.take(64);
    ByteBuffer second = pool.take(64);

    assertThat(first).isNotSameAs(second);
  }
}
