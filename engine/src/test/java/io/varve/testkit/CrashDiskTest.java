package io.varve.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.io.Directory;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a crash leaves on the disk is all that it may leave, and no more. */
final class CrashDiskTest {

  private static final int PIECE = Bytes.TEAR_BYTES;

  private final CrashDisk disk = new CrashDisk();
  private final CrashProcess process = disk.process();
  private final Directory root = process.root();

  @Test
  void everyMixtureOfOverwrittenPiecesIsFound() throws IOException {
    WriteFile file = root.create("cell");
    file.append(filled(3 * PIECE, 0));
    file.force();
    root.sync();
    file.writeAt(filled(2 * PIECE, 1), 0);
    file.writeAt(filled(PIECE, 2), 0);

    Set<List<Byte>> found = new HashSet<>();
    assertThat(disk.survivors()).isEqualTo(3 * 2);
    for (long number = 0; number < disk.survivors(); number++) {
      byte[] bytes = disk.survivor(number).bytes("cell");
      found.add(List.of(bytes[0], bytes[PIECE], bytes[2 * PIECE]));
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            pieces(0, 0), pieces(1, 0), pieces(2, 0), pieces(0, 1), pieces(1, 1), pieces(2, 1));
  }

  @Test
  void everySelectionOfEntriesIsFound() throws IOException {
    root.create("old");
    root.sync();
    root.create("new");
    root.delete("old");

    Set<List<String>> found = new HashSet<>();
    assertThat(disk.survivors()).isEqualTo(4);
    for (long number = 0; number < 4; number++) {
      found.add(disk.survivor(number).files());
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            List.of("old"), List.of(), List.of("old", "new"), List.of("new"));
  }

  @Test
  void whatIsDurableIsAllThatIsFound() throws IOException {
    WriteFile file = root.create("file");
    file.append(filled(100, 1));
    assertThat(disk.survivors()).isEqualTo(Long.MAX_VALUE);
    file.force();
    root.sync();

    assertThat(disk.survivors()).isEqualTo(1);
    for (long seed = 0; seed < 20; seed++) {
      assertThat(disk.crash(seed).bytes("file")).isEqualTo(filled(100, 1).array());
    }
  }

  @Test
  void aForceDoesNotCoverWhatIsWrittenMeanwhile() throws IOException {
    WriteFile file = root.create("file");
    file.append(filled(10, 1));
    file.force();
    root.sync();
    process.duringForce(
        () -> {
          try {
            file.append(filled(10, 3));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    file.append(filled(10, 2));
    file.force();

    assertThat(disk.crash(0).bytes("file")).hasSize(20).endsWith(2);
    assertThat(disk.bytes("file")).hasSize(30);
  }

  @Test
  void aForceThatFailsForgetsWhatItWasFor() throws IOException {
    WriteFile file = root.create("file");
    root.sync();
    process.failAtForce(1);
    file.append(filled(10, 1));
    try {
      file.force();
    } catch (IOException e) {
      assertThat(process.hasFailed()).isTrue();
    }
    file.force();

    assertThat(process.hasFailed()).isTrue();
    assertThat(disk.crash(1).bytes("file")).isEmpty();
  }

  private static ByteBuffer filled(int length, int with) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return ByteBuffer.wrap(bytes);
  }

  private static List<Byte> pieces(int first, int second) {
    return List.of((byte) first, (byte) second, (byte) 0);
  }
}
