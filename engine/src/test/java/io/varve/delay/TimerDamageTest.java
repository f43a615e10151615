package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import io.varve.format.Progress;
import io.varve.format.RunFooter;
import io.varve.format.TimerState;
import io.varve.fuzz.Seal;
import io.varve.testkit.CrashDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every bit that is turned in the files of pending timers is noticed, and every byte that is gone.
 */
final class TimerDamageTest {

  private static final String NAME = "1-1.timers";

  private final CrashDisk disk = new CrashDisk();

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aRunIsRefusedWhereItIsDamaged(int filteredKeys) throws IOException {
    try (RunWriter run = RunWriter.create(disk.process().root(), NAME, filteredKeys)) {
      run.add(1000, 7, Timer.REPEATING, false);
      run.add(1000, 9, 0, true);
      run.add(500_000, 2, 0, false);
      run.finish();
    }
    byte[] sound = disk.bytes(NAME);
    assertThat(read(sound)).isEqualTo(3);
    for (int at = 0; at < sound.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = sound.clone();
        damaged[at] ^= (byte) (1 << bit);
        refused(damaged, "bit " + bit + " of byte " + at);
      }
    }
    for (int length = 0; length < sound.length; length++) {
      refused(Arrays.copyOf(sound, length), length + " bytes");
    }
    refused(Arrays.copyOf(sound, sound.length + 1), "a byte more");
  }

  @Test
  void aRunIsRefusedThatSaysItHasFewerEntriesUnderARightChecksum() throws IOException {
    try (RunWriter run = RunWriter.create(disk.process().root(), NAME, 0)) {
      run.add(1000, 7, 0, false);
      run.add(1000, 9, 0, false);
      run.finish();
    }
    byte[] damaged = disk.bytes(NAME);
    damaged[damaged.length - RunFooter.BYTES + 16] = 1;
    Seal.run(damaged);
    refused(damaged, "one entry, where two are");
  }

  private void refused(byte[] damaged, String what) {
    assertThatThrownBy(() -> read(damaged))
        .as(what)
        .isInstanceOfAny(CorruptionException.class, FormatTooNewException.class)
        .hasMessageContaining(NAME);
  }

  private int read(byte[] bytes) throws IOException {
    disk.overwrite(NAME, bytes);
    int count = 0;
    try (Run run = Run.open(disk.process().root(), NAME)) {
      for (Run.Cursor all = run.cursor(Long.MIN_VALUE, 0, 1); all.next(); ) {
        count++;
      }
    }
    return count;
  }

  @Test
  void aStateIsRefusedWhereItIsDamaged() {
    TimerState state =
        new TimerState(
            new UUID(1, 2), 7, new Progress(5, 1000, 3), 2, 4, List.of(NAME), List.of("1-2.ids"));
    byte[] sound = new byte[state.encode().remaining()];
    state.encode().get(sound);
    assertThat(TimerState.decode(ByteBuffer.wrap(sound), "file")).isEqualTo(state);
    for (int at = 0; at < sound.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = sound.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> TimerState.decode(ByteBuffer.wrap(damaged), "file"))
            .as("bit %s of byte %s", bit, at)
            .isInstanceOf(VarveException.class)
            .hasMessageContaining("file");
      }
      byte[] cut = Arrays.copyOf(sound, at);
      assertThatThrownBy(() -> TimerState.decode(ByteBuffer.wrap(cut), "file"))
          .isInstanceOf(CorruptionException.class);
    }
  }
}
