package io.varve.subscribe;

import java.io.IOException;

/**
 * Where a subscription's state is kept.
 *
 * <p>Thread: confined to one at a time, but for {@link #memoryBytes}.
 */
public interface SavedState extends AutoCloseable {

  /**
   * Writes a change, all of it or nothing. It survives the end of the process, however it ends.
   *
   * @param sync whether it is to survive a power cut as well
   */
  void write(StateChange change, boolean sync) throws IOException;

  /** Memory that it took, bytes, when it was written last. Thread: safe. */
  long memoryBytes();

  @Override
  void close();
}
