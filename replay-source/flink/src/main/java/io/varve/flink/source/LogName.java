package io.varve.flink.source;

import java.io.Serializable;

/**
 * A partition of a stream, as settings name it.
 *
 * @param stream the stream's name
 * @param partition from 0
 */
public record LogName(String stream, int partition) implements Serializable {

  /** As people write it: {@code orders-0}. */
  @Override
  public String toString() {
    return stream + "-" + partition;
  }
}
