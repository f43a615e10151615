package io.varve.fuzz;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Puts right checksums into wrong bytes. The places are those of docs/FORMAT.md. */
public final class Seal {

  private static final int BATCH_HEADER = 64;
  private static final int SNAPSHOT_HEAD = 64;
  private static final int POINT_HEAD = 48;
  private static final int MANIFEST_TEXTS = 68;

  private Seal() {}

  /** A file of a store, by its name. */
  public static void file(String name, byte[] bytes) {
    if (name.endsWith(".log")) {
      each64("VARVESEG", bytes, 0);
      batches(bytes, 64);
    } else if (name.endsWith(".manifest")) {
      whole("VARVEMAN", bytes);
    } else if (name.endsWith(".idx")) {
      whole("VARVEIDX", bytes);
    } else if (name.contains("/commit-")) {
      each64("VARVEHWM", bytes, 0, 4096, 8192);
    } else if (name.equals("STORE")) {
      each64("VARVESTO", bytes, 0);
    } else if (name.startsWith("schemas/")) {
      whole("VARVESCH", bytes);
    } else if (name.endsWith(".lease")) {
      each64("VARVERDR", bytes, 0);
    }
  }

  /** A structure with eight bytes of magic and a checksum of all from byte 12 to its end. */
  public static ByteBuffer whole(String magic, byte[] bytes) {
    return structure(magic, bytes, 0, bytes.length);
  }

  /** The 64-byte structures that stand in a file at each of {@code positions}. */
  public static ByteBuffer each64(String magic, byte[] bytes, int... positions) {
    ByteBuffer sealed = buffer(bytes);
    for (int at : positions) {
      if (at + 64 <= bytes.length) {
        sealed = structure(magic, bytes, at, 64);
      }
    }
    return sealed;
  }

  /** A table of keys, and the chunks in it, as far as their lengths make sense. */
  static ByteBuffer keyTable(byte[] bytes) {
    ByteBuffer sealed = each64("VARVEKEY", bytes, 0);
    for (int at = 64; at + 8 <= bytes.length; ) {
      long length = 4 + 16L * sealed.getInt(at + 4);
      if (length < 4 || length > bytes.length - at - 4) {
        break;
      }
      sealed.putInt(at, crc(bytes, at + 4, (int) length));
      at += 4 + (int) length;
    }
    return sealed;
  }

  /** A snapshot, and the manifest in it. */
  static ByteBuffer snapshot(byte[] bytes) {
    if (bytes.length > SNAPSHOT_HEAD) {
      structure("VARVEMAN", bytes, SNAPSHOT_HEAD, bytes.length - SNAPSHOT_HEAD);
    }
    return whole("VARVESNP", bytes);
  }

  /** A point, and the manifests in it as far as its counts lead to them. */
  static ByteBuffer point(byte[] bytes) {
    ByteBuffer in = buffer(bytes);
    try {
      in.position(POINT_HEAD);
      skip(in, in.getInt(), 8 + 8 + 4);
      for (int logs = in.getInt(); logs > 0; logs--) {
        skip(in, in.getInt(), 1);
        skip(in, 2, 4);
        int length = in.getInt();
        int at = in.position();
        in.position(at + MANIFEST_TEXTS);
        for (int text = 0; text < 4; text++) {
          skip(in, in.getInt(), 1);
        }
        skip(in, 3, 8);
        int segments = in.getInt();
        in.position(at);
        skip(in, length, 1);
        structure("VARVEMAN", bytes, at, length);
        skip(in, segments, 8 + 4);
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // The decoder will come to that, too.
    }
    return whole("VARVEPNT", bytes);
  }

  private static void skip(ByteBuffer in, int count, int bytesEach) {
    long to = in.position() + (long) count * bytesEach;
    in.position((int) Math.max(-1, Math.min(to, in.limit() + 1L)));
  }

  /** A block of a run's entries. */
  public static void entries(byte[] bytes, int at, int length) {
    if (length >= 40) {
      ByteBuffer to = buffer(bytes);
      to.putInt(at + 4, length);
      to.putInt(at, crc(bytes, at + 4, length - 4));
    }
  }

  /** A run: its blocks as far as what is said of them makes sense, that, its filter and footer. */
  public static void run(byte[] bytes) {
    int footer = bytes.length - 64;
    if (footer < 0) {
      return;
    }
    ByteBuffer to = buffer(bytes);
    long blocks = to.getInt(footer + 32);
    long filter = 8L * to.getInt(footer + 36);
    long blocksEnd = footer - 24 * blocks - filter;
    if (blocks > 0 && filter >= 0 && blocksEnd >= 0) {
      to.putLong(footer + 24, blocksEnd);
      for (int i = 0; i < blocks; i++) {
        long from = to.getLong((int) blocksEnd + 24 * i + 16);
        long end = i + 1 == blocks ? blocksEnd : to.getLong((int) blocksEnd + 24 * i + 40);
        if (from >= 0 && from < end && end <= blocksEnd) {
          entries(bytes, (int) from, (int) (end - from));
        }
      }
      to.putInt(footer + 40, crc(bytes, (int) blocksEnd, (int) (24 * blocks)));
      to.putInt(footer + 44, crc(bytes, footer - (int) filter, (int) filter));
    }
    structure("VARVERUN", bytes, footer, 64);
  }

  private static ByteBuffer structure(String magic, byte[] bytes, int at, int length) {
    ByteBuffer to = buffer(bytes);
    if (length >= 16) {
      for (int i = 0; i < 8; i++) {
        to.put(at + i, (byte) magic.charAt(i));
      }
      to.putInt(at + 8, crc(bytes, at + 12, length - 12));
    }
    return to;
  }

  /** Batches that stand one behind another from {@code at} on. */
  static ByteBuffer batches(byte[] bytes, int at) {
    ByteBuffer to = buffer(bytes);
    int position = at;
    while (position + BATCH_HEADER < bytes.length) {
      to.putInt(position, 'V' | 'B' << 8 | 'C' << 16 | 'H' << 24);
      int room = bytes.length - position - BATCH_HEADER;
      int payload = to.getInt(position + 8);
      if (payload < 1 || payload > room) {
        payload = room;
        to.putInt(position + 8, payload);
      }
      to.putInt(position + 12, crc(bytes, position + BATCH_HEADER, payload));
      to.putInt(position + 4, crc(bytes, position + 8, BATCH_HEADER - 8));
      position += BATCH_HEADER + payload;
    }
    return to;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
