package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.StoreFailedException;
import io.varve.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

final class StateFileTest {

  /** Reads begin and then do what a test wants. */
  private interface Reading extends ReadFile {
    @Override
    default long length() {
      return 4;
    }

    @Override
    default void close() {}
  }

  @Test
  void aReadGoesOnWhenALocalCopyTakesThePlaceOfWhatItReadFrom() {
    StateFile[] file = new StateFile[1];
    Reading local =
        (target, position) -> {
          target.putInt(7);
          return 4;
        };
    Reading remote =
        (target, position) -> {
          target.putShort((short) 1);
          file[0].localise(local);
          throw new ClosedChannelException();
        };
    file[0] = new StateFile("one", () -> remote);
    ByteBuffer target = ByteBuffer.allocate(8);
    file[0].read(0, target, 2, 4);
    assertThat(target.getInt(2)).isEqualTo(7);
  }

  @Test
  void aReadThatFailsIsNotTriedAgain() {
    int[] reads = {0};
    Reading failing =
        (target, position) -> {
          reads[0]++;
          throw new IOException("the disk is gone");
        };
    StateFile file = new StateFile("one", () -> failing);
    assertThatThrownBy(() -> file.read(96, ByteBuffer.allocate(8), 0, 8))
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("one at byte 96")
        .hasRootCauseMessage("the disk is gone");
    assertThat(reads[0]).isEqualTo(1);
  }
}
