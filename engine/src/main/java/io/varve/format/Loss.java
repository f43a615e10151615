package io.varve.format;

import io.varve.base.CorruptionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a log could not be read any more when it was repaired.
 *
 * @param segment the name of the damaged segment's file
 * @param events how many events are lost
 * @param ranges the offsets among which they had theirs
 */
public record Loss(String segment, long events, List<Range> ranges) {

  /** A larger file is refused. */
  public static final int BYTES_MAX = 1 << 26;

  private static final int FORMAT_VERSION = 1;
  private static final long MAGIC = Fixed64.magic("VARVELOS");

  public Loss {
    ranges = List.copyOf(ranges);
  }

  /**
   * Offsets from {@code from}, below {@code to}.
   *
   * @param from the first
   * @param to behind the last
   */
  public record Range(long from, long to) {}

  /** How many events are lost and which offsets they had, in words. */
  public String inWords() {
    StringBuilder text = new StringBuilder();
    if (events > 0) {
      text.append(events).append(events == 1 ? " event" : " events");
    } else {
      text.append(ranges.isEmpty() ? "no event that is known of" : "an unknown number of events");
    }
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      text.append(i == 0 ? ", offsets " : ", ").append(range.from());
      if (range.to() - 1 > range.from()) {
        text.append(" to ").append(range.to() - 1);
      }
    }
    return text.toString();
  }

  public ByteBuffer encode() {
    ByteBuffer to =
        ByteBuffer.allocate(16 + 8 + 4 + 16 * ranges.size()).order(ByteOrder.LITTLE_ENDIAN);
    to.putLong(MAGIC).putInt(0).putInt(FORMAT_VERSION).putLong(events).putInt(ranges.size());
    ranges.forEach(range -> to.putLong(range.from()).putLong(range.to()));
    to.flip();
    return to.putInt(8, Checksum.of(to, 12, to.limit() - 12));
  }

  /** Decodes a whole file. */
  public static Loss decode(ByteBuffer bytes, String segment, String file) {
    ByteBuffer from = Checksum.whole(bytes, MAGIC, FORMAT_VERSION, "record of a loss", file);
    try {
      long events = from.getLong();
      int count = from.getInt();
      if (count < 0 || count != from.remaining() / 16) {
        throw new CorruptionException(file, 24, "as many ranges as follow", "" + count);
      }
      List<Range> ranges = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        ranges.add(new Range(from.getLong(), from.getLong()));
      }
      return new Loss(segment, events, ranges);
    } catch (BufferUnderflowException e) {
      throw new CorruptionException(file, from.position(), "a record that is complete", "its end");
    }
  }
}
