package io.varve.replay.topic;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.format.Checksum;
import io.varve.replay.topic.OffsetTable.Pair;
import io.varve.replay.topic.Spans.Span;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;

/**
 * A table of offsets as bytes: the page on offsets has the table.
 *
 * <p>Thread: safe; holds no state.
 */
final class OffsetTableFile {

  /** Larger ones are refused before they are read. */
  static final int BYTES_MAX = 64 << 20;

  private static final long MAGIC = 0x53464f4556524156L; // VARVEOFS, from its last byte
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int SPAN_BYTES = 33;

  private OffsetTableFile() {}

  static ByteBuffer encode(OffsetTable table) {
    byte[] stream = table.of().stream().getBytes(StandardCharsets.UTF_8);
    byte[] topic = table.of().topic().getBytes(StandardCharsets.UTF_8);
    int bytes = HEADER_BYTES + 8 + stream.length + topic.length + 20;
    bytes += 12 + 12 * (table.seen().size() + table.replayed().size());
    for (Spans each : table.spans().values()) {
      bytes += 12 + SPAN_BYTES * each.size();
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).putInt(0).putInt(VERSION);
    out.putInt(stream.length).put(stream).putInt(table.of().generation());
    out.putInt(topic.length).put(topic);
    out.putLong(table.of().topicId().getMostSignificantBits());
    out.putLong(table.of().topicId().getLeastSignificantBits());
    offsets(out, table.seen());
    offsets(out, table.replayed());
    out.putInt(table.spans().size());
    table
        .spans()
        .forEach(
            (pair, spans) -> {
              out.putInt(pair.to()).putInt(pair.from()).putInt(spans.size());
              for (Span span : spans.list()) {
                out.putLong(span.first).putLong(span.last);
                out.putLong(span.lowest).putLong(span.highest);
                out.put((byte) (span.exact ? 1 : 0));
              }
            });
    out.flip();
    return out.putInt(8, Checksum.of(out, 12, out.limit() - 12));
  }

  private static void offsets(ByteBuffer out, Map<Integer, Long> offsets) {
    out.putInt(offsets.size());
    offsets.forEach((partition, offset) -> out.putInt(partition).putLong(offset));
  }

  /**
   * The table in {@code stored}.
   *
   * @param file named in errors
   * @throws CorruptionException if they are damaged
   */
  static OffsetTable decode(ByteBuffer stored, String file) {
    ByteBuffer in = stored.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.limit() < HEADER_BYTES || in.getLong(0) != MAGIC) {
      throw new CorruptionException(
          file, 0, "the magic number of a table of offsets", in.limit() + " other bytes");
    }
    int found = Checksum.of(in, 12, in.limit() - 12);
    if (in.getInt(8) != found) {
      throw new CorruptionException(
          file,
          0,
          "a table of offsets with CRC32C " + Integer.toHexString(in.getInt(8)),
          "CRC32C " + Integer.toHexString(found));
    }
    if (in.getInt(12) > VERSION) {
      throw new FormatTooNewException(file, in.getInt(12), VERSION);
    }
    in.position(HEADER_BYTES);
    try {
      return table(in, file);
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(file, in.position(), "more bytes", "the file's end");
    }
  }

  private static OffsetTable table(ByteBuffer in, String file) {
    String stream = text(in, file);
    int generation = in.getInt();
    String topic = text(in, file);
    Uuid topicId = new Uuid(in.getLong(), in.getLong());
    OffsetTable table = new OffsetTable(new OffsetTable.Of(stream, generation, topic, topicId));
    offsets(in, file, table::seen);
    offsets(in, file, table::replayed);
    for (int left = count(in, file, 12); left > 0; left--) {
      Pair pair = new Pair(in.getInt(), in.getInt());
      Spans spans = new Spans();
      for (int more = count(in, file, SPAN_BYTES); more > 0; more--) {
        spans.list().add(span(in, spans, file));
      }
      table.put(pair, spans);
    }
    if (in.hasRemaining()) {
      throw new CorruptionException(
          file, in.position(), "the file's end", in.remaining() + " more bytes");
    }
    return table;
  }

  private static Span span(ByteBuffer in, Spans before, String file) {
    int at = in.position();
    Span span = new Span(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.get() != 0);
    boolean sound =
        span.first >= 0
            && span.last >= span.first
            && span.lowest >= 0
            && span.highest >= span.lowest
            && before.endsBefore(span.first)
            && (!span.exact || span.last - span.first == span.highest - span.lowest);
    if (!sound) {
      throw new CorruptionException(
          file,
          at,
          "a span behind the one before",
          span.first + " to " + span.last + " for " + span.lowest + " to " + span.highest);
    }
    return span;
  }

  private static void offsets(ByteBuffer in, String file, BiConsumer<Integer, Long> to) {
    for (int left = count(in, file, 12); left > 0; left--) {
      to.accept(in.getInt(), in.getLong());
    }
  }

  private static String text(ByteBuffer in, String file) {
    byte[] bytes = new byte[count(in, file, 1)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Nothing is allocated by it that the file has no bytes for. */
  private static int count(ByteBuffer in, String file, int bytesEach) {
    int at = in.position();
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / bytesEach) {
      throw new CorruptionException(
          file, at, "a count up to " + in.remaining() / bytesEach, String.valueOf(count));
    }
    return count;
  }
}
