package io.varve.benchmarks.micro;

import io.varve.benchmarks.load.Values;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.format.BatchBuilder;
import io.varve.format.BatchCursor;
import io.varve.format.BatchHeader;
import io.varve.format.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Packing, encoding and decoding one batch of 256 KiB, in microseconds a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {

  private static final int BATCH_BYTES = 256 << 10;
  private static final long EPOCH = 1;

  @Param({"100", "1024"})
  int eventBytes;

  @Param({"NONE", "LZ4", "ZSTD", "SNAPPY"})
  Codec codec = Codec.NONE;

  private Values values = new Values(1);
  private final BatchBuilder batch = new BatchBuilder(BATCH_BYTES);
  private final BatchHeader header = new BatchHeader();
  private final BatchCursor cursor = new BatchCursor();
  private ByteBuffer encoded = ByteBuffer.allocate(0);
  private ByteBuffer stored = ByteBuffer.allocate(0);

  @Setup
  public void fill() throws IOException {
    values = new Values(eventBytes);
    pack();
    encoded = buffer();
    ByteBuffer bytes = batch.encode(codec, EPOCH, encoded);
    stored = ByteBuffer.allocateDirect(bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
    stored.put(0, bytes, 0, bytes.limit());
  }

  private ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(batch.encodedBytesMax(codec)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Events into a batch. */
  @Benchmark
  public BatchBuilder pack() {
    batch.clear();
    long offset = 0;
    while (true) {
      byte[] value = values.get(offset);
      long need = BatchBuilder.bytesMax(null, value, Headers.EMPTY, null);
      if (batch.payloadBytes() + need > BATCH_BYTES) {
        return batch;
      }
      batch.add(
          offset,
          Values.FIRST_TIMESTAMP_MS + offset,
          TimestampType.CREATE,
          Encoding.NONE,
          null,
          Encoding.BYTES,
          value,
          Headers.EMPTY,
          null,
          Event.NOT_DELAYED,
          need);
      offset++;
    }
  }

  /** A batch into bytes: compression and checksums. */
  @Benchmark
  public ByteBuffer encode() throws IOException {
    return batch.encode(codec, EPOCH, encoded);
  }

  /** Bytes into events, each looked at. */
  @Benchmark
  public long decode() {
    header.decode(stored, 0, EPOCH, "benchmark", 0);
    cursor.load(header, stored, BatchHeader.BYTES, "benchmark", 0);
    long sum = 0;
    while (cursor.next()) {
      sum += cursor.valueLength();
    }
    return sum;
  }
}
