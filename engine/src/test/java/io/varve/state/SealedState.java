package io.varve.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Puts right checksums into wrong bytes of keyed state, as {@link io.varve.fuzz.Seal} does into
 * those of event logs. The places are those of docs/FORMAT.md.
 */
final class SealedState {

  private static final int HEADER = 64;
  private static final int TRAILER = 64;
  private static final int META_HEAD = 12;
  private static final int CRC = 8;

  private SealedState() {}

  /** Where the footer of a file of pages begins, as its trailer tells. */
  static int footerBegin(byte[] file) {
    return (int) buffer(file).getLong(file.length - TRAILER + 16);
  }

  /** Tells a footer of the records that it is to have. */
  interface Telling {
    /** Told of each record of the file, of each page in its turn. */
    void record(StateFooter.Builder footer, ByteBuffer page, int at);
  }

  /** A record as it is. */
  static void tell(StateFooter.Builder footer, ByteBuffer page, int at, int hash) {
    footer.record(
        RecordLayout.keyGroup(page, at),
        RecordLayout.table(page, at),
        at,
        RecordLayout.bytes(page, at),
        hash);
  }

  /** The file with another footer, and the checksums in it right. */
  static byte[] withFooter(byte[] file, Telling telling) {
    int footerAt = footerBegin(file);
    ByteBuffer from = buffer(file);
    StateFooter.Builder footer = new StateFooter.Builder();
    int begin = HEADER;
    for (int i = 0; i < from.getInt(footerAt); i++) {
      int used = from.getInt(footerAt + 4 + 4 * i);
      ByteBuffer page = from.slice(begin, used).order(ByteOrder.LITTLE_ENDIAN);
      footer.page(used);
      for (int at = 0; at < used; at += RecordLayout.bytes(page, at)) {
        telling.record(footer, page, at);
      }
      begin += used;
    }
    ByteBuffer end = footer.finish(footerAt, List.of());
    byte[] changed = Arrays.copyOf(file, footerAt + end.remaining());
    end.get(changed, footerAt, end.remaining());
    records(changed, HEADER, footerAt);
    return changed;
  }

  /** A file of pages whose footer stays where it was. */
  static byte[] file(byte[] bytes, int footerAt) {
    int end = bytes.length - TRAILER;
    if (end < footerAt) {
      return bytes;
    }
    records(bytes, HEADER, footerAt);
    ByteBuffer to = buffer(bytes);
    trailer(to, end, footerAt, footerAt);
    return bytes;
  }

  /**
   * Writes the trailer at that place, for the footer before it.
   *
   * @param position the footer's in its file
   */
  static void trailer(ByteBuffer to, int at, int footerAt, long position) {
    byte[] bytes = to.array();
    text(to, at, "VARVESTF");
    to.putLong(at + 16, position);
    to.putInt(at + 24, at - footerAt);
    to.putInt(at + 28, crc(bytes, footerAt, at - footerAt));
    to.putInt(at + 8, crc(bytes, at + 12, TRAILER - 12));
  }

  /** Records one behind another, as far as their lengths make sense. */
  static void records(byte[] bytes, int from, int end) {
    ByteBuffer to = buffer(bytes);
    for (int at = from; at + RecordLayout.HEADER_BYTES <= end; ) {
      long value = to.getInt(at + 4) & 0xffff_ffffL;
      long room = to.getInt(at + 8) & 0xffff_ffffL;
      long key = to.getInt(at + 16) & 0xffff_ffffL;
      long length = RecordLayout.HEADER_BYTES + key + value;
      long whole = (RecordLayout.HEADER_BYTES + key + room + 7) & ~7L;
      if (length > end - at || whole > end - at) {
        break;
      }
      to.putInt(at, crc(bytes, at + 4, (int) length - 4));
      at += (int) whole;
    }
  }

  /** Head and what was deflated of a snapshot's meta, inflated. */
  static byte[] inflated(byte[] meta) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(meta, 0, META_HEAD);
    new InflaterInputStream(new ByteArrayInputStream(meta, META_HEAD, meta.length - META_HEAD))
        .transferTo(out);
    return out.toByteArray();
  }

  /** The meta of which these are head and inflated bytes, whose last 8 are the checksum. */
  static byte[] meta(byte[] inflated) throws IOException {
    byte[] bytes = Arrays.copyOf(inflated, Math.max(inflated.length, META_HEAD + CRC));
    int end = bytes.length - CRC;
    ByteBuffer.wrap(bytes)
        .putLong(0, 0x5641525645534e50L)
        .putLong(end, crc(bytes, META_HEAD, end - META_HEAD) & 0xffff_ffffL);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, META_HEAD);
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(out)) {
      deflated.write(bytes, META_HEAD, bytes.length - META_HEAD);
    }
    return out.toByteArray();
  }

  private static void text(ByteBuffer to, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      to.put(at + i, (byte) text.charAt(i));
    }
  }

  static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
