package io.varve.flink.source;

import java.io.Serializable;

/**
 * Chooses events before they are deserialized.
 *
 * <p>Thread: each subtask has its own.
 */
@FunctionalInterface
public interface EventFilter extends Serializable {

  /**
   * Whether the event is to be read.
   *
   * @param event valid until this returns
   */
  boolean test(StoredEvent event);
}
