package io.varve.subscribe;

import org.jspecify.annotations.Nullable;

/**
 * The last held event of each key; an event knows the next one of its key. A table with linear
 * probing, from which an entry is removed by moving up those behind it.
 */
final class KeyChains {

  private @Nullable HeldEvent[] table = new HeldEvent[128];
  private int size;

  int size() {
    return size;
  }

  /** Makes an event the last one of its key, and returns the one that was, if there was. */
  @Nullable HeldEvent add(HeldEvent event) {
    if (2 * size >= table.length) {
      grow();
    }
    int at = find(event.keyHash);
    HeldEvent before = table[at];
    table[at] = event;
    if (before == null) {
      size++;
    }
    return before;
  }

  /** Forgets a key, which is there. */
  void remove(long keyHash) {
    int mask = table.length - 1;
    int hole = find(keyHash);
    size--;
    for (int at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      HeldEvent event = table[at];
      if (event == null) {
        break;
      }
      int home = home(event.keyHash);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = event;
        hole = at;
      }
    }
    table[hole] = null;
  }

  private int home(long keyHash) {
    return (int) keyHash & (table.length - 1);
  }

  private int find(long keyHash) {
    int at = home(keyHash);
    for (HeldEvent event; (event = table[at]) != null && event.keyHash != keyHash; ) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private void grow() {
    @Nullable HeldEvent[] old = table;
    table = new HeldEvent[2 * old.length];
    for (HeldEvent event : old) {
      if (event != null) {
        table[find(event.keyHash)] = event;
      }
    }
  }
}
