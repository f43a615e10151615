package io.varve.flink.source;

import org.jspecify.annotations.Nullable;

/**
 * An event as it stands in the store. It is a view that moves: what is to be kept of it must be
 * taken before the call that it was handed to returns. Arrays are copies, made when asked for.
 */
public interface StoredEvent {

  /** What a timestamp says. */
  enum TimestampType {
    NONE,
    CREATE,
    LOG_APPEND
  }

  /** How the bytes of a key, a value or a header are to be read. */
  enum Encoding {
    /** Nothing is known of the bytes; they are null. */
    NONE,
    /** Plain bytes, as they were in the topic. */
    BYTES,
    /** UTF-8 text. */
    STRING,
    /** Avro single-object encoding, with a schema of the store. */
    AVRO
  }

  String stream();

  /** From 1; counts how often the topic was made anew. */
  int generation();

  int partition();

  long offset();

  /** Milliseconds since the Unix epoch, or -1 if the type is {@link TimestampType#NONE}. */
  long timestampMs();

  TimestampType timestampType();

  Encoding keyEncoding();

  /** The key's length in bytes, or -1 if it is null. */
  int keyLength();

  byte @Nullable [] key();

  Encoding valueEncoding();

  /** The value's length in bytes, or -1 if it is null: a tombstone. */
  int valueLength();

  byte @Nullable [] value();

  /** The number of headers. */
  int headers();

  /** The name of the header at {@code index}, from 0; names may come more than once. */
  String headerName(int index);

  Encoding headerEncoding(int index);

  /** The header's value; not a copy. */
  byte @Nullable [] headerValue(int index);
}
