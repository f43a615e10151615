package io.varve.subscribe;

import java.io.IOException;

/** Where a subscription's state is kept. Thread: confined to one at a time. */
public interface SavedState extends AutoCloseable {

  /**
   * Writes a change, all of it or nothing. It survives the end of the process, however it ends.
   *
   * @param sync whether it is to survive a power cut as well
   */
  void write(StateChange change, boolean sync) throws IOException;

  @Override
  void close();
}
