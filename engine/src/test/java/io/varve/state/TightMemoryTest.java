package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose memory holds little more than what one operation needs. */
final class TightMemoryTest {

  private static final int MEMORY_BYTES = 1 << 20;
  private static final int LARGE_BYTES = 400_000;
  private static final int LARGER_BYTES = 410_000;

  @TempDir Path folder;

  @Test
  void aPageWhoseRecordsDiedWhileItWasWrittenMakesRoomForTheNext() {
    ByteSpan found = new ByteSpan();
    try (TestStores stores = new TestStores(folder, MEMORY_BYTES, new InlineWork());
        StateStore store = stores.open(0, 0)) {
      ValueTable values = store.values(1);
      values.put(0, number(0), value(1_000, 0));
      values.put(0, number(1), value(LARGE_BYTES, 1));
      values.put(0, number(2), value(300_000, 2));
      // The second page of small values has the one of the third key written.
      for (int i = 0; i < Page.BYTES / 1_000 + 2; i++) {
        values.put(0, number(3 + i), value(1_000, i));
      }
      assertThat(values.clear(0, number(2))).isTrue();
      values.put(0, number(1), value(LARGER_BYTES, 4));
      assertThat(values.get(0, number(1), found)).isTrue();
      assertThat(found).isEqualTo(value(LARGER_BYTES, 4));
    }
  }

  private static ByteSpan value(int length, int i) {
    return new ByteSpan().wrap(ByteBuffer.allocate(length).putInt(i).array());
  }

  private static ByteSpan number(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
