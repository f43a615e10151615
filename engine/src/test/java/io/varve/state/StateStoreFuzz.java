package io.varve.state;

import io.varve.base.VarveException;
import io.varve.fuzz.Trial;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A snapshot one file of which was changed by someone who knows the format: restored and read, and
 * then either changed and cleared, or merged, perhaps while all expires, and restored again. The
 * input names the file, says whether it is sealed and where it ends, and then, three bytes each,
 * where it holds what. What is not sealed must be answered as if it was sound, or with an error.
 */
public final class StateStoreFuzz {

  /** What a store's memory and tables take, whatever its size. */
  private static final int FREE_BYTES = 8 << 20;

  private static final int HEAD = 4;
  private static final String META = "";

  private static final StateMemory MEMORY = StateMemory.direct(StateMemory.STORE_BYTES_MIN);
  private static final SmallSnapshot SOUND = sound();
  private static final List<String> NAMES = List.copyOf(SOUND.files.keySet());
  private static final Map<String, Object> ANSWERS = answers(() -> SOUND.open(MEMORY, "sound"));

  private StateStoreFuzz() {}

  private static SmallSnapshot sound() {
    try {
      return SmallSnapshot.make(MEMORY);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Object> answers(Supplier<StateStore> opened) {
    try (StateStore store = opened.get()) {
      return SmallSnapshot.answers(store);
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length < HEAD) {
      return;
    }
    int number = (input[0] & 0xff) % (NAMES.size() + 1);
    String name = number == NAMES.size() ? META : NAMES.get(number);
    boolean sealed = (input[1] & 1) == 0;
    SmallSnapshot changed = SOUND.with(name, bytes(name, input, sealed));
    int lastGroup = (input[1] & 4) == 0 ? SmallSnapshot.GROUPS - 1 : 1;
    boolean expires = (input[1] & 16) != 0;
    boolean comparable = !sealed && !expires && lastGroup == SmallSnapshot.GROUPS - 1;
    Trial.run(FREE_BYTES, 1, () -> read(changed, lastGroup, comparable));
    if ((input[1] & 8) == 0) {
      Trial.run(FREE_BYTES, 1, () -> change(changed, lastGroup));
    } else {
      Trial.run(FREE_BYTES, 1, () -> merge(changed, lastGroup, expires, comparable));
    }
    if (MEMORY.usedBytes() != 0) {
      throw new AssertionError(MEMORY.usedBytes() + " bytes of memory were not given back");
    }
  }

  private static byte[] bytes(String name, byte[] input, boolean sealed) throws IOException {
    if (name.equals(META)) {
      return sealed
          ? SealedState.meta(changed(SealedState.inflated(SOUND.meta), input))
          : changed(SOUND.meta, input);
    }
    byte[] sound = SOUND.files.get(name);
    byte[] bytes = changed(sound, input);
    return sealed ? SealedState.file(bytes, SealedState.footerBegin(sound)) : bytes;
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

  private static StateStore open(SmallSnapshot snapshot, int lastGroup) {
    return SmallSnapshot.open(MEMORY, "next", List.of(snapshot.restored()), 0, lastGroup);
  }

  private static void read(SmallSnapshot changed, int lastGroup, boolean comparable) {
    try (StateStore store = open(changed, lastGroup)) {
      for (int times = 0; times < 2; times++) {
        check(SmallSnapshot.answers(store), comparable);
      }
    }
  }

  private static void check(Map<String, Object> answers, boolean comparable) {
    answers.forEach(
        (question, answer) -> {
          if (comparable
              && !(answer instanceof VarveException)
              && !answer.equals(ANSWERS.get(question))) {
            throw new AssertionError(
                question + ": " + answer + " in place of " + ANSWERS.get(question));
          }
        });
  }

  private static void change(SmallSnapshot changed, int lastGroup) {
    try (StateStore store = open(changed, lastGroup)) {
      attempt(SmallSnapshot.changes(store));
      SmallSnapshot.answers(store);
      attempt(SmallSnapshot.clears(store));
      SmallSnapshot.answers(store);
    }
  }

  private static void attempt(List<Runnable> changes) {
    for (Runnable change : changes) {
      try {
        change.run();
      } catch (VarveException e) {
        // The next one may well go.
      }
    }
  }

  private static void merge(
      SmallSnapshot changed, int lastGroup, boolean expires, boolean comparable)
      throws IOException {
    CopiedSnapshot merged;
    try (StateStore store = open(changed, lastGroup)) {
      if (expires) {
        SmallSnapshot.expire(store);
      }
      merged = SmallSnapshot.merge(store);
      check(SmallSnapshot.answers(store), comparable);
    }
    try (StateStore store =
        SmallSnapshot.open(MEMORY, "merged", List.of(merged.restored()), 0, lastGroup)) {
      check(SmallSnapshot.answers(store), comparable);
    }
  }
}
