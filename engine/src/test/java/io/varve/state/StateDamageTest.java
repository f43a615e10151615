package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.varve.base.CorruptionException;
import io.varve.base.FormatTooNewException;
import io.varve.base.VarveException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A snapshot with one thing wrong: what is read of it is right, or an error that names the file,
 * however often it is asked for.
 */
final class StateDamageTest {

  private static final String META = "";
  private static final String META_NAME = "a snapshot of state";

  private static long damages;
  private static long detected;

  private final StateMemory memory = StateMemory.direct(StateMemory.STORE_BYTES_MIN);
  private final SmallSnapshot sound = sound();
  private final Map<String, Object> answers = answers();

  private SmallSnapshot sound() {
    try {
      return SmallSnapshot.make(memory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, Object> answers() {
    try (StateStore store = sound.open(memory, "sound")) {
      Map<String, Object> answers = SmallSnapshot.answers(store);
      assertThat(answers.values()).noneMatch(VarveException.class::isInstance);
      return answers;
    }
  }

  @AfterEach
  void allMemoryIsGivenBack() {
    assertThat(memory.usedBytes()).isZero();
  }

  @AfterAll
  static void tellCount() {
    System.out.println("Damages of state explored: " + damages + ", detected: " + detected);
  }

  @Test
  void everyBitOfEveryFileThatTurnsOverIsDetectedOrHarmless() {
    for (String file : sound.files.keySet()) {
      turnEachBit(file, sound.files.get(file));
    }
  }

  @Test
  void everyBitOfTheMetadataThatTurnsOverIsDetectedOrHarmless() {
    turnEachBit(META, sound.meta);
  }

  private void turnEachBit(String file, byte[] bytes) {
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        check(file, turned(bytes, at, bit), "bit " + bit + " of byte " + at);
      }
    }
  }

  private static byte[] turned(byte[] bytes, int at, int bit) {
    byte[] damaged = bytes.clone();
    damaged[at] ^= (byte) (1 << bit);
    return damaged;
  }

  @Test
  void everyLengthThatAFileIsCutToIsDetected() {
    sound.files.forEach(
        (file, bytes) -> {
          for (int length = 0; length < bytes.length; length++) {
            boolean told = check(file, Arrays.copyOf(bytes, length), "cut to " + length);
            assertThat(told).as("cut to %s", length).isTrue();
          }
        });
  }

  @Test
  void everyLengthThatTheMetadataIsCutToIsDetectedOrHarmless() {
    int detectedUpTo = 0;
    for (int length = 0; length < sound.meta.length; length++) {
      if (check(META, Arrays.copyOf(sound.meta, length), "cut to " + length)) {
        detectedUpTo = length;
      }
    }
    // Behind the checksum there is only the end of what was deflated.
    assertThat(detectedUpTo).isGreaterThan(sound.meta.length - 8);
  }

  /** Cleaning reads records in its own way, and what it copies gets a checksum that is right. */
  @Test
  void damageIsDetectedOrHarmlessWhenFilesAreMerged() throws IOException {
    for (String file : sound.files.keySet()) {
      byte[] bytes = sound.files.get(file);
      int footer = SealedState.footerBegin(bytes);
      for (int at = StateFile.HEADER_BYTES; at < footer; at += 3) {
        damages++;
        SmallSnapshot damaged = sound.with(file, turned(bytes, at, at / 3 % 8));
        try {
          detected += isToldWhenMerged(file, damaged) ? 1 : 0;
        } catch (RuntimeException | AssertionError e) {
          fail(file + ", byte " + at, e);
        }
      }
    }
  }

  private boolean isToldWhenMerged(String file, SmallSnapshot damaged) throws IOException {
    CopiedSnapshot merged;
    try (StateStore store = damaged.open(memory, "damaged")) {
      merged = SmallSnapshot.merge(store);
      assertThat(merged.files).as("were merged").doesNotContainKey(file);
      compare(file, SmallSnapshot.answers(store));
    } catch (CorruptionException e) {
      assertThat(e.file()).isEqualTo(file);
      return true;
    }
    try (StateStore store =
        SmallSnapshot.open(
            memory, "merged", List.of(merged.restored()), 0, SmallSnapshot.GROUPS - 1)) {
      assertThat(compare(file, SmallSnapshot.answers(store))).as("copied").isFalse();
    }
    return false;
  }

  @Test
  void aRecordThatIsDamagedIsAnErrorEachTimeThatItIsAskedFor() {
    String file = sound.files.keySet().iterator().next();
    SmallSnapshot damaged =
        sound.with(file, turned(sound.files.get(file), StateFile.HEADER_BYTES + 40, 0));
    try (StateStore store = damaged.open(memory, "damaged")) {
      long used = 0;
      for (int times = 0; times < 3; times++) {
        assertThat(compare(file, SmallSnapshot.answers(store))).isTrue();
        long before = used;
        used = memory.usedBytes();
        assertThat(used)
            .as("damaged pages are not kept")
            .isLessThanOrEqualTo(times == 0 ? used : before);
      }
    }
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    for (String name : sound.files.keySet()) {
      assertThatThrownBy(() -> sound.without(name).open(memory, "damaged"))
          .isInstanceOf(VarveException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void aLaterFormatIsRefused() throws IOException {
    for (String name : sound.files.keySet()) {
      byte[] later = sound.files.get(name).clone();
      later[later.length - 64 + 12] = 99;
      SealedState.file(later, SealedState.footerBegin(sound.files.get(name)));
      assertThatThrownBy(() -> sound.with(name, later).open(memory, "later"))
          .isInstanceOf(FormatTooNewException.class)
          .hasMessageContaining(name);
    }
    byte[] later = sound.meta.clone();
    later[11] = 99;
    assertThatThrownBy(() -> sound.with(META, later).open(memory, "later"))
        .isInstanceOf(FormatTooNewException.class);
  }

  private boolean check(String file, byte[] damaged, String what) {
    damages++;
    try {
      boolean told = isTold(file, sound.with(file, damaged));
      detected += told ? 1 : 0;
      return told;
    } catch (RuntimeException | AssertionError e) {
      return fail(file + ", " + what, e);
    }
  }

  /** Whether whoever reads is told of the damage, also a second time. */
  private boolean isTold(String file, SmallSnapshot damaged) {
    try (StateStore store = damaged.open(memory, "damaged")) {
      boolean told = compare(file, SmallSnapshot.answers(store));
      if (damages % 8 == 0) {
        assertThat(compare(file, SmallSnapshot.answers(store))).as("told again").isEqualTo(told);
      }
      return told;
    } catch (CorruptionException | FormatTooNewException e) {
      assertThat(e).message().contains(file.isEmpty() ? META_NAME : file);
      return true;
    }
  }

  private boolean compare(String file, Map<String, Object> found) {
    boolean told = false;
    for (Map.Entry<String, Object> answer : found.entrySet()) {
      if (answer.getValue() instanceof CorruptionException e) {
        assertThat(e.file()).isEqualTo(file);
        told = true;
      } else {
        assertThat(answer.getValue()).as(answer.getKey()).isEqualTo(answers.get(answer.getKey()));
      }
    }
    return told;
  }
}
