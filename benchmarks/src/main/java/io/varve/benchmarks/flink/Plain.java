package io.varve.benchmarks.flink;

import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;

/** A value's bytes, as they are. */
final class Plain extends AbstractDeserializationSchema<byte[]> {

  private static final long serialVersionUID = 1L;

  @Override
  public byte[] deserialize(byte[] message) {
    return message;
  }
}
