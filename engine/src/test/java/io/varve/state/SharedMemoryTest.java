package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedMemoryTest {

  private static final int KEYS = 20_000;

  @TempDir Path folder;

  @Test
  void anIdleStoreGivesBackWhatIsMoreThanItsShareWhenSnapshotsAreTaken() {
    try (TestStores stores = new TestStores(folder, 16 << 20, new InlineWork());
        StateStore idle = stores.open(0, 0)) {
      fill(idle);
      long alone = idle.metrics().memoryBytes();
      try (StateStore joined = stores.open(1, 1)) {
        long share = stores.memory.limitBytes();
        assertThat(alone).isGreaterThan(share);
        TestStores.snapshot(idle);
        TestStores.snapshot(idle);
        assertThat(idle.metrics().memoryBytes()).isLessThanOrEqualTo(share);
        fill(joined);
        assertThat(joined.metrics().memoryBytes()).isGreaterThan(share / 2);
      }
      ByteSpan found = new ByteSpan();
      for (int i = 0; i < KEYS; i++) {
        assertThat(idle.values(1).get(0, key(i), found)).isTrue();
        assertThat(found.length()).isEqualTo(1000);
      }
    }
  }

  private static void fill(StateStore store) {
    ByteSpan value = new ByteSpan().wrap(new byte[1000]);
    for (int i = 0; i < KEYS; i++) {
      store.values(1).put(0, key(i), value);
    }
  }

  private static ByteSpan key(int number) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(number).array());
  }
}
