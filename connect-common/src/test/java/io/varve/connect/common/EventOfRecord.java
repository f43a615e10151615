package io.varve.connect.common;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.nio.ByteBuffer;

/** An event that is at hand, as a reader shows it. */
record EventOfRecord(Event event) implements EventView {
  @Override
  public long offset() {
    return event.offset();
  }

  @Override
  public long timestampMs() {
    return event.timestampMs();
  }

  @Override
  public TimestampType timestampType() {
    return event.timestampType();
  }

  @Override
  public Encoding keyEncoding() {
    return event.keyEncoding();
  }

  @Override
  public int keyLength() {
    return event.key() == null ? -1 : event.key().length;
  }

  @Override
  public byte[] key() {
    return event.key();
  }

  @Override
  public Encoding valueEncoding() {
    return event.valueEncoding();
  }

  @Override
  public int valueLength() {
    return event.value() == null ? -1 : event.value().length;
  }

  @Override
  public byte[] value() {
    return event.value();
  }

  @Override
  public void copyKey(ByteBuffer target) {
    target.put(event.key());
  }

  @Override
  public void copyValue(ByteBuffer target) {
    target.put(event.value());
  }

  @Override
  public Headers headers() {
    return event.headers();
  }

  @Override
  public byte[] messageId() {
    return event.messageId();
  }

  @Override
  public long dueTimeMs() {
    return event.dueTimeMs();
  }
}
