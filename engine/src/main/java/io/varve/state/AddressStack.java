package io.varve.state;

import java.util.Arrays;

/** Addresses, last in, first out. Thread: confined to its user. */
final class AddressStack {

  private long[] addresses = new long[16];
  private int size;

  void push(long address) {
    if (size == addresses.length) {
      addresses = Arrays.copyOf(addresses, size * 2);
    }
    addresses[size++] = address;
  }

  /** The last address, or 0 if there is none. */
  long pop() {
    return size == 0 ? 0 : addresses[--size];
  }

  void clear() {
    size = 0;
    if (addresses.length > 1024) {
      addresses = new long[16];
    }
  }
}
