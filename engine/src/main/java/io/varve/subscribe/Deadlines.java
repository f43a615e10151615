package io.varve.subscribe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Held events by when something is due with them: a binary heap in which each event knows its
 * place, so that it can be taken out of the middle.
 */
final class Deadlines {

  private @Nullable HeldEvent[] heap = new HeldEvent[64];
  private int size;

  int size() {
    return size;
  }

  @Nullable HeldEvent first() {
    return heap[0];
  }

  void add(HeldEvent event) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    up(size++, event);
  }

  /** Does nothing if it isn't there. */
  void remove(HeldEvent event) {
    int at = event.place;
    if (at < 0) {
      return;
    }
    event.place = -1;
    HeldEvent last = heap[--size];
    heap[size] = null;
    if (last != null && last != event) {
      up(at, last);
      if (last.place == at) {
        down(at, last);
      }
    }
  }

  private void up(int from, HeldEvent event) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      HeldEvent above = heap[parent];
      if (above == null || above.atNanos - event.atNanos <= 0) {
        break;
      }
      put(at, above);
      at = parent;
    }
    put(at, event);
  }

  private void down(int from, HeldEvent event) {
    int at = from;
    while (true) {
      int child = 2 * at + 1;
      HeldEvent least = child < size ? heap[child] : null;
      HeldEvent right = child + 1 < size ? heap[child + 1] : null;
      if (least != null && right != null && right.atNanos - least.atNanos < 0) {
        child++;
        least = right;
      }
      if (least == null || event.atNanos - least.atNanos <= 0) {
        break;
      }
      put(at, least);
      at = child;
    }
    put(at, event);
  }

  private void put(int at, HeldEvent event) {
    heap[at] = event;
    event.place = at;
  }
}
