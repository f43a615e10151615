package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.testkit.CrashDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Bits turn over and files end early: whoever reads or writes then is told of the damaged file, or
 * gets the answer that was stored. Never another one.
 */
final class DamageTest {

  private static long damages;
  private static long detected;

  private final CrashDisk sound = SmallStore.disk();
  private final Answers answers = Answers.whenReading(sound);

  @AfterAll
  static void tellCount() {
    System.out.println("Damages explored: " + damages + ", detected: " + detected);
  }

  @Test
  void everyBitOfEveryFileThatTurnsOverIsDetectedOrHarmless() {
    for (String file : sound.files()) {
      byte[] bytes = sound.bytes(file);
      for (int at = 0; at < bytes.length; at++) {
        for (int bit = 0; bit < bitsToTurn(file, at); bit++) {
          byte[] damaged = bytes.clone();
          damaged[at] ^= (byte) (1 << bit);
          check(file, damaged, "bit " + bit + " of byte " + at);
        }
      }
    }
  }

  /** A published mark is looked at again and again, and padding is never: a few of them will do. */
  private static int bitsToTurn(String file, int at) {
    if (!file.contains("/commit-")) {
      return 8;
    }
    return at % 4096 >= 64 ? (at & 15) == 0 ? 1 : 0 : at < 64 ? 1 : 8;
  }

  @Test
  void everyLengthThatAFileIsCutToIsDetectedOrHarmless() {
    for (String file : sound.files()) {
      byte[] bytes = sound.bytes(file);
      for (int length = 0; length < bytes.length; length++) {
        if (!file.contains("/commit-") || length % 4096 <= 64 && length % 16 == 0) {
          check(file, Arrays.copyOf(bytes, length), "cut to " + length);
        }
      }
    }
  }

  @Test
  void anIndexThatIsMissingOrDamagedIsMadeAnewWithTheSameAnswers() {
    List<String> indexes = sound.files().stream().filter(f -> f.endsWith(".idx")).toList();
    assertThat(indexes).hasSize(2);
    for (String index : indexes) {
      CrashDisk missing = sound.crash(1);
      missing.remove(index);
      assertThat(Answers.whenReading(missing)).isEqualTo(answers);
      CrashDisk garbage = sound.crash(1);
      garbage.overwrite(index, new byte[] {1, 2, 3});
      assertThat(Answers.whenReading(garbage)).isEqualTo(answers);
    }
  }

  @Test
  void theErrorNamesFileAndPosition() {
    String segment =
        sound.files().stream().filter(f -> f.endsWith(".log")).findFirst().orElseThrow();
    CrashDisk disk = sound.crash(1);
    byte[] bytes = disk.bytes(segment);
    bytes[bytes.length - 70] ^= 1; // in the payload of the last batch, before the footer
    disk.overwrite(segment, bytes);
    assertThatThrownBy(() -> Answers.whenReading(disk))
        .isInstanceOfSatisfying(
            CorruptionException.class,
            e -> {
              assertThat(e.file()).isEqualTo("/" + segment);
              assertThat(e.position()).isBetween(64L, bytes.length - 70L);
            })
        .hasMessageContaining("expected")
        .hasMessageContaining("found")
        .hasMessageContaining("Nothing was changed");
  }

  @Test
  void aLaterFormatIsRefused() {
    assertRefusesVersion("STORE", 12, 64);
    for (String file : sound.files()) {
      if (file.endsWith(".log")) {
        assertRefusesVersion(file, 12, 64);
      } else if (file.endsWith(".manifest") || file.startsWith("schemas/")) {
        assertRefusesVersion(file, 12, Integer.MAX_VALUE);
      }
    }
  }

  /**
   * Raises the version at byte 12 and makes the checksum at byte 8, of bytes 12 on, right again.
   */
  private void assertRefusesVersion(String file, int versionAt, int end) {
    CrashDisk disk = sound.crash(1);
    byte[] bytes = disk.bytes(file);
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    view.putInt(versionAt, 2);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 12, Math.min(end, bytes.length) - 12);
    view.putInt(8, (int) crc.getValue());
    disk.overwrite(file, bytes);
    assertThatThrownBy(() -> Answers.whenReading(disk))
        .as(file)
        .isInstanceOf(FormatTooNewException.class)
        .hasMessageContaining(file);
  }

  private void check(String file, byte[] damaged, String what) {
    damages++;
    try {
      boolean reader = isTold(file, damaged, false);
      boolean writer = isTold(file, damaged, true);
      detected += reader || writer ? 1 : 0;
    } catch (RuntimeException | AssertionError e) {
      fail(file + ", " + what, e);
    }
  }

  /** Whether whoever reads, or first opens for writing and then reads, is told of the damage. */
  private boolean isTold(String file, byte[] damaged, boolean writing) {
    CrashDisk disk = sound.crash(1);
    disk.overwrite(file, damaged);
    try {
      assertThat(writing ? Answers.whenWriting(disk) : Answers.whenReading(disk))
          .isEqualTo(answers);
      return false;
    } catch (VarveException e) {
      if (e instanceof CorruptionException corruption) {
        assertThat(corruption.file()).endsWith(file);
      } else {
        assertThat(e).isInstanceOf(FormatTooNewException.class);
      }
      if (disk.files().contains(file)) {
        assertThat(disk.bytes(file)).as("what was found damaged").isEqualTo(damaged);
      }
      return true;
    }
  }

  /** All that a store can be asked. */
  private record Answers(
      List<Event> all,
      List<List<Event>> byTime,
      List<List<Event>> byOffset,
      long nextOffset,
      long events,
      List<Byte> schema) {

    @Override
    public String toString() {
      return all.size() + " of " + events + " events, next " + nextOffset;
    }

    static Answers whenReading(CrashDisk disk) {
      try (Store store = SmallStore.openReadOnly(disk, 3)) {
        return of(store);
      }
    }

    static Answers whenWriting(CrashDisk disk) {
      try (Store store = SmallStore.open(disk, 4)) {
        LogWriter writer = store.openWriter(SmallStore.LOG, LogSettings.defaults(), "next");
        assertThat(writer.nextOffset()).isEqualTo(store.stats(SmallStore.LOG).nextOffset());
        return of(store);
      }
    }

    private static Answers of(Store store) {
      List<List<Event>> byTime = new ArrayList<>();
      List<List<Event>> byOffset = new ArrayList<>();
      for (long from = 0; from < 60; from += 10) {
        byTime.add(read(store, ReadRange.times(from, from + 15)));
      }
      for (long from = 0; from < 9; from++) {
        byOffset.add(read(store, ReadRange.offsets(from, from + 2)));
      }
      LogStats stats = store.stats(SmallStore.LOG);
      List<Byte> schema = new ArrayList<>();
      for (byte b : store.schemas().get(SmallStore.SCHEMA_FINGERPRINT)) {
        schema.add(b);
      }
      return new Answers(
          read(store, ReadRange.all()),
          byTime,
          byOffset,
          stats.nextOffset(),
          stats.events(),
          schema);
    }

    private static List<Event> read(Store store, ReadRange range) {
      List<Event> events = new ArrayList<>();
      try (LogReader reader = store.openReader(SmallStore.LOG, range)) {
        while (reader.next()) {
          events.add(reader.event().toEvent());
        }
      }
      return events;
    }
  }
}
