package io.varve.dedup;

import io.varve.fuzz.Trial;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The decoders of a bucket's records; RocksDB compares their checksums, so that none are here. */
public final class DedupFuzz {

  private DedupFuzz() {}

  private static void check(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  /** What a bucket says of itself. */
  public static final class BucketRecord {

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      Trial.run(
          input.length,
          8,
          () -> {
            ByteBuffer bytes = BucketMeta.decode(ByteBuffer.wrap(input), "file").encode();
            check(bytes.equals(ByteBuffer.wrap(input)), "other bytes than were decoded");
          });
    }
  }

  /** A page of ids; the first byte says with how many bits pages are numbered. */
  public static final class PageRecord {

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      int pageBits = input[0] & 31;
      ByteBuffer page =
          ByteBuffer.wrap(Arrays.copyOfRange(input, 1, input.length))
              .order(ByteOrder.LITTLE_ENDIAN);
      Trial.run(input.length, 1, () -> walk(page, pageBits));
    }

    private static void walk(ByteBuffer page, int pageBits) {
      int count;
      try {
        count = IdPage.count(page, pageBits);
      } catch (IllegalArgumentException e) {
        // That it is no page; who reads it makes a corruption of that, which names the file.
        return;
      }
      int number = pageBits == 0 ? 0 : 1;
      int[] shown = new int[1];
      IdPage.forEach(
          page,
          number,
          pageBits,
          (high, low, timeMs) -> {
            shown[0]++;
            boolean same =
                pageBits < 8
                    || IdPage.number(high, pageBits) >> pageBits % 8 == number >> pageBits % 8;
            check(same, "an id of another page");
          });
      check(shown[0] == count, shown[0] + " ids of " + count);
      IdPage.find(page, pageBits, 0, 0);
      IdPage.find(page, pageBits, -1, -1);
    }
  }
}
