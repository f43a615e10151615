package io.varve.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import io.varve.format.FileNames;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.format.SparseIndex;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which indexes are believed: none that would lead out of its segment, whatever its checksum. */
final class IndexesTest {

  private static final long FIRST_OFFSET = 100;
  private static final long END = 5_000;
  private static final long BEGIN = SegmentHeader.BYTES;

  private static final SegmentEntry SEGMENT =
      new SegmentEntry(FIRST_OFFSET, 1, END, 199, 100, 0, 9, 0, true, 1);

  /** An index of two blocks. */
  private static boolean isBelieved(long offset, long position, long nextOffset, long nextPosition)
      throws IOException {
    SparseIndex.Builder blocks = new SparseIndex.Builder(Integer.MIN_VALUE);
    blocks.add(offset, position, 0, 9);
    blocks.add(nextOffset, nextPosition, 0, 9);
    Directory folder = new CrashDisk().process().root();
    folder.writeAll(SEGMENT.indexName(), blocks.build().encode(FIRST_OFFSET, 1, 0));
    return Indexes.stored(folder, SEGMENT).isPresent();
  }

  @Test
  void blocksWithinTheSegmentAreBelieved() throws IOException {
    assertThat(isBelieved(FIRST_OFFSET, BEGIN, FIRST_OFFSET + 1, BEGIN + 1)).isTrue();
    assertThat(isBelieved(FIRST_OFFSET + 7, BEGIN, 199, END - 1)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "99, 64, 150, 2000",
    "100, -16777152, 150, 2000",
    "100, 0, 150, 2000",
    "100, 64, 150, 64",
    "100, 64, 150, -1",
    "100, 64, 100, 2000",
    "150, 64, 100, 2000",
    "100, 64, 150, 5000",
    "100, 64, 150, 9223372036854775807",
  })
  void blocksThatLeadElsewhereAreNot(long offset, long position, long nextOffset, long nextPosition)
      throws IOException {
    assertThat(isBelieved(offset, position, nextOffset, nextPosition)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"9223372036854775807, 64, -5, 2000", "100, 9223372036854775807, 150, -5"})
  void nothingIsBehindTheHighestNumber(
      long offset, long position, long nextOffset, long nextPosition) {
    SparseIndex.Builder blocks = new SparseIndex.Builder(Integer.MIN_VALUE);
    blocks.add(offset, position, 0, 9);
    blocks.add(nextOffset, nextPosition, 0, 9);
    ByteBuffer index = blocks.build().encode(FIRST_OFFSET, 1, 0);
    String segment = FileNames.segment(FIRST_OFFSET, 1, 0);
    assertThatThrownBy(() -> SparseIndex.decode(index, segment, "index"))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("9223372036854775807");
  }
}
