package io.varve;

import io.varve.commit.LogSettings;
import io.varve.fuzz.Seal;
import io.varve.fuzz.Trial;
import io.varve.testkit.CrashDisk;
import java.util.Arrays;
import java.util.List;

/**
 * A store of which one file was changed by someone who knows the format: read, then opened for
 * writing. The input names the file, says whether it is sealed and where it ends, and then, three
 * bytes each, where it holds what.
 */
public final class StoreFuzz {

  /** What a store's buffers and readers take, whatever its size. */
  private static final int FREE_BYTES = 4 << 20;

  private static final int HEAD = 4;

  private static final CrashDisk SOUND = SmallStore.disk();
  private static final List<String> FILES = SOUND.files().stream().sorted().toList();

  private StoreFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length < HEAD) {
      return;
    }
    String name = FILES.get((input[0] & 0xff) % FILES.size());
    byte[] bytes = changed(SOUND.bytes(name), input);
    if ((input[1] & 1) == 0) {
      Seal.file(name, bytes);
    }
    Trial.run(FREE_BYTES, 1, () -> read(disk(name, bytes)));
    Trial.run(FREE_BYTES, 1, () -> write(disk(name, bytes)));
  }

  private static CrashDisk disk(String changed, byte[] bytes) {
    CrashDisk disk = SOUND.crash(1);
    disk.overwrite(changed, bytes);
    return disk;
  }

  private static byte[] changed(byte[] sound, byte[] input) {
    int cut = (input[1] & 2) == 0 ? 0 : number(input, 2) % (sound.length + 1);
    byte[] bytes = Arrays.copyOf(sound, sound.length - cut);
    for (int at = HEAD; at + 2 < input.length && bytes.length > 0; at += 3) {
      bytes[number(input, at) % bytes.length] = input[at + 2];
    }
    return bytes;
  }

  private static int number(byte[] input, int at) {
    return (input[at] & 0xff) << 8 | input[at + 1] & 0xff;
  }

  private static void read(CrashDisk disk) {
    try (Store store = SmallStore.openReadOnly(disk, 3)) {
      store.schemas().get(SmallStore.SCHEMA_FINGERPRINT);
      store.stats(SmallStore.LOG);
      for (ReadRange range : List.of(ReadRange.all(), ReadRange.times(20, 45))) {
        try (LogReader reader = store.openReader(SmallStore.LOG, range)) {
          while (reader.next()) {
            reader.event().toEvent();
          }
        }
      }
    }
  }

  private static void write(CrashDisk disk) {
    try (Store store = SmallStore.open(disk, 4);
        LogWriter writer = store.openWriter(SmallStore.LOG, LogSettings.defaults(), "next")) {
      writer.abandon();
    }
  }
}
