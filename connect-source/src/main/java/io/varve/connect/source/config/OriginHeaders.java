package io.varve.connect.source.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.connect.common.Origin;
import io.varve.event.StreamPartition;
import java.util.Locale;
import org.apache.kafka.connect.header.ConnectHeaders;

/** In what form a record has the headers that tell where it comes from. */
public enum OriginHeaders {
  /** As bytes: text in UTF-8, numbers as decimal digits. */
  BYTES,
  /** As strings and 64-bit integers, for a header converter that takes them. */
  TYPED,
  /** Not at all. */
  NONE;

  static OriginHeaders parse(String text) {
    return valueOf(text.trim().toUpperCase(Locale.ROOT));
  }

  /** Adds those that tell which event it is. */
  public void add(ConnectHeaders headers, StreamPartition log, long offset) {
    if (this == NONE) {
      return;
    }
    if (this == BYTES) {
      headers.addBytes(Origin.STREAM, log.stream().getBytes(UTF_8));
    } else {
      headers.addString(Origin.STREAM, log.stream());
    }
    add(headers, Origin.GENERATION, log.generation());
    add(headers, Origin.PARTITION, log.partition());
    add(headers, Origin.OFFSET, offset);
  }

  /** Adds one. */
  public void add(ConnectHeaders headers, String name, long number) {
    if (this == BYTES) {
      headers.addBytes(name, Long.toString(number).getBytes(UTF_8));
    } else if (this == TYPED) {
      headers.addLong(name, number);
    }
  }
}
