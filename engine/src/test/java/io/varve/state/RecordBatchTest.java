package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists whose chunks lie apart on disk, and are read ahead of who asks for them. */
final class RecordBatchTest {

  private static final int MEMORY_BYTES = 2 << 20;
  private static final int TABLE = 3;
  private static final int LISTS = 6000;
  private static final int ROUNDS = 6;
  private static final int BYTES = 400;

  @TempDir Path folder;

  @Test
  void whatIsNotTheRecordAskedForIsNotTakenForIt() throws IOException {
    try (TestRecords store = new TestRecords(folder, MEMORY_BYTES)) {
      fill(store);
      RecordStore records = store.records;
      RecordView chunk = new RecordView();
      records.select(TABLE, 0, key(17));
      assertThat(records.find(1, chunk)).isTrue();
      long address = chunk.address();
      int bytes = chunk.bytes();

      assertThat(at(records, 17, 1, address, bytes)).isNotNegative();
      assertThat(at(records, 17, 2, address, bytes)).as("another chunk").isEqualTo(-1);
      assertThat(at(records, 18, 1, address, bytes)).as("another key").isEqualTo(-1);
      assertThat(at(records, 17, 1, address, bytes - 8)).as("more than expected").isEqualTo(-1);
    }
  }

  /** Where the record of that address is, once it is read as that chunk of that list. */
  private static int at(RecordStore records, int list, int number, long address, int expected) {
    records.select(TABLE, 0, key(list));
    assertThat(records.batch.begin()).isPositive();
    assertThat(records.batch.add(number, number, address, expected)).isTrue();
    records.readBatch();
    assertThat(records.batch.wasAdded(number)).isTrue();
    return records.batch.at();
  }

  @Test
  void aDamagedRecordThatIsReadAheadIsReported() throws IOException {
    try (TestRecords store = new TestRecords(folder, MEMORY_BYTES)) {
      fill(store);
      RecordView chunk = new RecordView();
      store.records.select(TABLE, 0, key(17));
      assertThat(store.records.find(1, chunk)).isTrue();
      long address = chunk.address();
      int bytes = chunk.bytes();
      for (int round = 0; round < ROUNDS; round++) {
        damage(bytes(17, round));
      }
      assertThatThrownBy(() -> at(store.records, 17, 1, address, bytes))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(".state at byte")
          .hasMessageContaining("CRC32C");
      ListTable lists = new ListTable(store.records, TABLE);
      ByteSpan found = new ByteSpan();
      assertThatThrownBy(() -> lists.get(0, key(17), found))
          .isInstanceOf(CorruptionException.class);
      // Another list in other pages.
      assertThat(lists.get(0, key(LISTS - 1), found)).isTrue();
      assertThat(found.length()).isEqualTo(ROUNDS * BYTES);
    }
  }

  private static void fill(TestRecords store) {
    ListTable lists = new ListTable(store.records, TABLE);
    for (int round = 0; round < ROUNDS; round++) {
      for (int list = 0; list < LISTS; list++) {
        lists.append(0, key(list), new ByteSpan().wrap(bytes(list, round)));
      }
    }
    store.seal();
  }

  /** Turns a bit over wherever these bytes are on disk, in dead copies too. */
  private void damage(byte[] wanted) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    int damaged = 0;
    for (Path file : files) {
      byte[] all = Files.readAllBytes(file);
      for (int at = 0; at + wanted.length <= all.length; at++) {
        if (all[at] == wanted[0]
            && Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
          all[at + wanted.length / 2] ^= 4;
          damaged++;
        }
      }
      Files.write(file, all);
    }
    assertThat(damaged).isPositive();
  }

  private static byte[] bytes(int list, int round) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    while (bytes.hasRemaining()) {
      bytes.putInt(list).putInt(round);
    }
    return bytes.array();
  }

  private static ByteSpan key(int list) {
    return new ByteSpan().wrap(ByteBuffer.allocate(4).putInt(list).array());
  }
}
