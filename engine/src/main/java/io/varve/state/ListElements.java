package io.varve.state;

/**
 * Tells where the elements of a list end, for lists whose elements expire. It is called in the
 * background, while the list's owner goes on.
 *
 * <p>Thread: one at a time, not always the same.
 */
public interface ListElements {

  /**
   * Where the element ends that begins at {@code at}.
   *
   * @param limit behind the last element's last byte; there is none longer than that
   * @return more than {@code at}; -1 if the bytes are not understood, which leaves them as they are
   */
  int end(byte[] bytes, int at, int limit);
}
