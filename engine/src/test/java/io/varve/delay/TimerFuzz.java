package io.varve.delay;

import io.varve.format.EntryBlock;
import io.varve.format.Release;
import io.varve.format.RunFooter;
import io.varve.format.TimerState;
import io.varve.fuzz.Seal;
import io.varve.fuzz.Trial;
import io.varve.testkit.CrashDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The decoders of pending timers. The lowest bit of an input's first byte says whether the rest is
 * sealed.
 */
public final class TimerFuzz {

  private static final String FILE = "1-1.timers";

  private TimerFuzz() {}

  private static ByteBuffer rest(byte[] input) {
    return ByteBuffer.wrap(Arrays.copyOfRange(input, 1, input.length))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static boolean isSealed(byte[] input) {
    return (input[0] & 1) == 0;
  }

  private static void check(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  /** A block of entries. */
  public static final class TimerBlock {

    private static final EntryBlock BLOCK = new EntryBlock();

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      ByteBuffer bytes = rest(input);
      if (isSealed(input)) {
        Seal.entries(bytes.array(), 0, bytes.limit());
      }
      Trial.run(bytes.limit(), 1, () -> walk(bytes));
    }

    private static void walk(ByteBuffer bytes) {
      BLOCK.clear();
      int length = BLOCK.decode(bytes, 0, FILE, 0);
      check(length <= bytes.limit(), length + " bytes");
      for (int i = 1; i < BLOCK.count(); i++) {
        check(
            EntryBlock.isBefore(
                BLOCK.key(i - 1), BLOCK.offset(i - 1), BLOCK.key(i), BLOCK.offset(i)),
            "entry " + i);
        check(BLOCK.from(BLOCK.key(i), BLOCK.offset(i)) == i, "entry " + i);
      }
    }
  }

  /** A whole run: blocks, what is said of them, a filter and the footer. */
  public static final class RunFile {

    /** For the buffers that a run is read with. */
    private static final int FREE_BYTES = 4 << 20;

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      ByteBuffer bytes = rest(input);
      if (isSealed(input)) {
        Seal.run(bytes.array());
      }
      CrashDisk disk = new CrashDisk();
      disk.process().root().create(FILE).close();
      disk.overwrite(FILE, bytes.array());
      Trial.run(FREE_BYTES, 1, () -> walk(disk, bytes.limit()));
    }

    private static void walk(CrashDisk disk, int length) throws Exception {
      try (Run run = Run.open(disk.process().root(), FILE)) {
        check(run.entries() <= 8L * length, run.entries() + " entries");
        run.mayHold(run.lastKey());
        for (int ahead = 1; ahead < 4; ahead += 2) {
          Run.Cursor all = run.cursor(Long.MIN_VALUE, 0, ahead);
          for (int i = 0; all.next(); i++) {
            check(i < run.entries(), "more entries than " + run.entries());
            Place place = new Place(all.key(), all.offset());
            check(run.entriesBefore(place) <= run.entries(), place.toString());
            run.blockAfter(place.key(), place.offset(), 1);
          }
        }
        Run.Cursor one = run.cursorOf(run.lastKey());
        while (one.next()) {
          check(one.key() <= run.lastKey(), "a key that is higher than the last");
        }
      }
    }
  }

  /** A run's footer, at the end of a file of any length. */
  public static final class RunEnd {

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length < 1 + RunFooter.BYTES) {
        return;
      }
      ByteBuffer bytes = rest(input);
      if (isSealed(input)) {
        Seal.each64("VARVERUN", bytes.array(), 0);
      }
      long length =
          bytes.getLong(24) + 24L * bytes.getInt(32) + 8L * bytes.getInt(36) + RunFooter.BYTES;
      Trial.run(bytes.limit(), 1, () -> RunFooter.decode(bytes, FILE, length).encode());
    }
  }

  /** What is pending. */
  public static final class PendingFile {

    /** Names are made from a file's numbers, and each file is encoded in a buffer of a MiB. */
    private static final int FREE_BYTES = 2 << 20;

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      ByteBuffer bytes = rest(input);
      if (isSealed(input)) {
        Seal.whole("VARVETIM", bytes.array());
      }
      Trial.run(
          FREE_BYTES,
          1,
          () -> {
            TimerState state = TimerState.decode(bytes.duplicate(), FILE);
            check(
                TimerState.decode(state.encode(), FILE).equals(state),
                "another state than was encoded");
          });
    }
  }

  /** What the header of a released event tells. */
  public static final class ReleaseHeader {

    private static final int VALUE_BYTES = 48;

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      Trial.run(
          input.length,
          1,
          () -> {
            Release release = Release.decode(input, "log", 0);
            byte[] header = Release.emptyHeader();
            Release.putInto(header, release.offset(), release.dueMs(), release.progress());
            byte[] value = Arrays.copyOfRange(header, header.length - VALUE_BYTES, header.length);
            check(
                Release.decode(value, "log", 0).equals(release),
                "another release than was encoded");
          });
    }
  }
}
