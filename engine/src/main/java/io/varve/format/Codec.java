package io.varve.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.xerial.snappy.Snappy;

/** How a batch's payload is compressed. The ordinals stand on disk: add at the end only. */
public enum Codec {
  /** Not at all. */
  NONE(1) {
    @Override
    int compressedBytesMax(int bytes) {
      return bytes;
    }

    @Override
    int compress(ByteBuffer from, ByteBuffer to, int at) {
      to.put(at, from, 0, from.limit());
      return from.limit();
    }

    @Override
    void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int bytes) {
      to.put(0, from, at, length);
    }
  },

  /** LZ4 block format: fast both ways. */
  LZ4(256) {
    @Override
    int compressedBytesMax(int bytes) {
      return Lz4.COMPRESSOR.maxCompressedLength(bytes);
    }

    @Override
    int compress(ByteBuffer from, ByteBuffer to, int at) {
      return Lz4.COMPRESSOR.compress(from, 0, from.limit(), to, at, to.capacity() - at);
    }

    @Override
    void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int bytes)
        throws IOException {
      try {
        checkBytes(bytes, Lz4.DECOMPRESSOR.decompress(from, at, length, to, 0, bytes));
      } catch (LZ4Exception e) {
        throw new IOException("LZ4 payload does not decompress: " + e.getMessage(), e);
      }
    }
  },

  /** Zstandard at level 1: smaller, slower. */
  ZSTD(1 << 16) {
    @Override
    int compressedBytesMax(int bytes) {
      return (int) Zstd.compressBound(bytes);
    }

    @Override
    int compress(ByteBuffer from, ByteBuffer to, int at) throws IOException {
      try {
        return (int)
            Zstd.compressDirectByteBuffer(
                to, at, to.capacity() - at, from, 0, from.limit(), ZSTD_LEVEL);
      } catch (ZstdException e) {
        throw new IOException("Zstandard can't compress a payload: " + e.getMessage(), e);
      }
    }

    @Override
    void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int bytes)
        throws IOException {
      try {
        checkBytes(bytes, Zstd.decompressDirectByteBuffer(to, 0, bytes, from, at, length));
      } catch (ZstdException e) {
        throw new IOException("Zstandard payload does not decompress: " + e.getMessage(), e);
      }
    }
  },

  /** Snappy, for those who have it everywhere. */
  SNAPPY(64) {
    @Override
    int compressedBytesMax(int bytes) {
      return Snappy.maxCompressedLength(bytes);
    }

    @Override
    int compress(ByteBuffer from, ByteBuffer to, int at) throws IOException {
      return Snappy.compress(from, to.slice(at, to.capacity() - at));
    }

    @Override
    void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int bytes)
        throws IOException {
      ByteBuffer in = from.slice(at, length);
      if (Snappy.uncompressedLength(in) != bytes) {
        throw new IOException("Snappy payload has another length than its batch says");
      }
      ByteBuffer out = to.slice(0, bytes);
      checkBytes(bytes, Snappy.uncompress(in, out));
    }
  };

  private static final int ZSTD_LEVEL = 1;

  private final int expansionMax;

  /**
   * @param expansionMax upper bound of how often a payload can hold its own length: one byte adds
   *     at most 255 to a length in LZ4, three bytes say 64 in Snappy and four say 128 KiB in
   *     Zstandard
   */
  Codec(int expansionMax) {
    this.expansionMax = expansionMax;
  }

  private static final Codec[] ALL = values();

  /** The largest that {@code bytes} bytes can become. */
  abstract int compressedBytesMax(int bytes);

  /**
   * The largest that a payload of {@code bytes} bytes can become again, so that nothing is
   * allocated for a length that no writer wrote.
   */
  long decompressedBytesMax(int bytes) {
    return (long) bytes * expansionMax;
  }

  /**
   * Compresses what is in {@code from} up to its limit into {@code to} from the absolute index
   * {@code at} and returns the bytes written. Both buffers are direct.
   */
  abstract int compress(ByteBuffer from, ByteBuffer to, int at) throws IOException;

  /** Decompresses into {@code to} from index 0. Both buffers are direct. */
  abstract void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int bytes)
      throws IOException;

  /** The name in settings, in lower case. */
  public String settingName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names in settings, in lower case. */
  public static List<String> settingNames() {
    return Arrays.stream(ALL).map(Codec::settingName).toList();
  }

  /** The codec of that name in settings. */
  public static Optional<Codec> ofSettingName(String name) {
    return Arrays.stream(ALL).filter(codec -> codec.settingName().equals(name)).findFirst();
  }

  /** The codec of that number on disk. */
  static Optional<Codec> ofOrdinal(int ordinal) {
    return ordinal < ALL.length ? Optional.of(ALL[ordinal]) : Optional.empty();
  }

  private static void checkBytes(int expected, long found) throws IOException {
    if (expected != found) {
      throw new IOException("payload decompresses to " + found + " bytes instead of " + expected);
    }
  }

  /** Loads the native library when the first LZ4 batch comes, not before. */
  private static final class Lz4 {
    static final LZ4Factory FACTORY = factory();
    static final LZ4Compressor COMPRESSOR = FACTORY.fastCompressor();
    static final LZ4SafeDecompressor DECOMPRESSOR = FACTORY.safeDecompressor();

    /**
     * The native implementation also in a class loader of a plugin's own, where {@code
     * fastestInstance} does not even try it.
     */
    private static LZ4Factory factory() {
      try {
        return LZ4Factory.nativeInstance();
      } catch (Exception | LinkageError | AssertionError e) {
        return LZ4Factory.fastestJavaInstance();
      }
    }
  }
}
