package io.varve.state;

import org.jspecify.annotations.Nullable;

/**
 * Places of dead records in mutable pages by their size, for records of the same size. A place
 * comes with its page's birth: the page may be gone, and another have its number.
 *
 * <p>Thread: the store's owner.
 */
final class DeadPlaces {

  /** Larger places are not kept. */
  private static final int BYTES_MAX = 2048;

  private final @Nullable AddressStack[] bySize = new AddressStack[BYTES_MAX / 8 + 1];

  /** Keeps a place in mind; false if it is too large. */
  boolean add(int bytes, long birthAndAddress) {
    if (bytes > BYTES_MAX) {
      return false;
    }
    AddressStack stack = bySize[bytes >>> 3];
    if (stack == null) {
      stack = new AddressStack();
      bySize[bytes >>> 3] = stack;
    }
    stack.push(birthAndAddress);
    return true;
  }

  /** Takes the place of that size that was added last; 0 if there is none. */
  long take(int bytes) {
    AddressStack stack = bytes > BYTES_MAX ? null : bySize[bytes >>> 3];
    return stack == null ? 0 : stack.pop();
  }

  void clear() {
    for (AddressStack stack : bySize) {
      if (stack != null) {
        stack.clear();
      }
    }
  }
}
