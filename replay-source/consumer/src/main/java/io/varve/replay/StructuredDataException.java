package io.varve.replay;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Structured data that can't be given in the form that is asked for. */
final class StructuredDataException extends KafkaException {

  private static final long serialVersionUID = 1;

  StructuredDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
