package io.varve.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.BatchCursor;
import io.varve.format.Codec;
import io.varve.format.SegmentEntry;
import io.varve.format.SegmentHeader;
import io.varve.io.BufferPool;
import io.varve.io.PosixDirectory;
import io.varve.testkit.ReadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment larger than many pieces, whose batches begin and end anywhere in them. */
final class SegmentReaderTest {

  private static final long EPOCH = 3;
  private static final int BATCHES = 200;

  @TempDir Path folder;
  private final BufferPool pool = new BufferPool();
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final ReadLog reads = new ReadLog();
  private SegmentEntry segment;

  @BeforeEach
  void write() throws IOException {
    SegmentHeader header = new SegmentHeader(0, 1000, EPOCH, 1, 0, 0);
    try (SegmentWriter writer = SegmentWriter.create(new PosixDirectory(folder), header, 4096)) {
      for (int number = 0; number < BATCHES; number++) {
        BatchBuilder batch = new BatchBuilder(16);
        byte[] value = value(number);
        batch.add(
            number,
            1000,
            TimestampType.CREATE,
            Encoding.NONE,
            null,
            Encoding.BYTES,
            value,
            Headers.EMPTY,
            null,
            0,
            BatchBuilder.bytesMax(null, value, Headers.EMPTY, null));
        ByteBuffer to =
            ByteBuffer.allocateDirect(batch.encodedBytesMax(Codec.NONE))
                .order(ByteOrder.LITTLE_ENDIAN);
        writer.append(batch, batch.encode(Codec.NONE, EPOCH, to));
      }
      segment = writer.seal();
    }
  }

  /** Of lengths from none to more than a piece. */
  private static byte[] value(int number) {
    Random random = new Random(number);
    byte[] value = new byte[random.nextInt(1 << random.nextInt(19))];
    random.nextBytes(value);
    return value;
  }

  @Test
  void everyBatchIsReadAndEveryByteOnceIfNobodyReadsAhead() throws IOException {
    readAll(null);
  }

  @Test
  void everyBatchIsReadAndEveryByteOnceIfOthersReadAheadAtOnce() throws IOException {
    readAll(Runnable::run);
  }

  @Test
  void everyBatchIsReadAndEveryByteOnceIfOthersReadAheadLater() throws IOException {
    readAll(waiting::add);
  }

  private void readAll(Executor ahead) throws IOException {
    BatchCursor cursor = new BatchCursor();
    try (SegmentReader reader =
        SegmentReader.open(reads.of(new PosixDirectory(folder)), segment.fileName(), pool, ahead)) {
      reader.limit(segment.endPosition());
      for (int number = 0; number < BATCHES; number++) {
        assertThat(reader.peek()).as("batch %d", number).isNotNull();
        reader.load(cursor);
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).as("batch %d", number).isEqualTo(value(number));
        if (number % 3 == 0 && !waiting.isEmpty()) {
          waiting.remove().run();
        }
      }
      assertThat(reader.peek()).isNull();
    }
    assertThat(reads.segmentBytes()).isEqualTo(segment.endPosition());
    assertThat(pool.lentBytes()).isZero();
  }
}
