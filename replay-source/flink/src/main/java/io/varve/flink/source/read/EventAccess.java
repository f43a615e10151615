package io.varve.flink.source.read;

import io.varve.event.EventView;
import io.varve.event.Headers.Header;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.flink.source.StoredEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows the event that a log's reader stands on, without the headers that have a meaning to Varve
 * alone. Thread: confined to the reader's.
 */
final class EventAccess implements StoredEvent {

  private static final Encoding[] ENCODINGS = Encoding.values();
  private static final TimestampType[] TIMESTAMP_TYPES = TimestampType.values();

  private final StreamPartition log;
  private final EventView event;
  private List<Header> headers = List.of();
  private long headersOffset = -1;

  /**
   * @param event the reader's view, which moves with it
   */
  EventAccess(StreamPartition log, EventView event) {
    this.log = log;
    this.event = event;
  }

  @Override
  public String stream() {
    return log.stream();
  }

  @Override
  public int generation() {
    return log.generation();
  }

  @Override
  public int partition() {
    return log.partition();
  }

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
    return TIMESTAMP_TYPES[event.timestampType().ordinal()];
  }

  @Override
  public Encoding keyEncoding() {
    return ENCODINGS[event.keyEncoding().ordinal()];
  }

  @Override
  public int keyLength() {
    return event.keyLength();
  }

  @Override
  public byte @Nullable [] key() {
    return event.key();
  }

  @Override
  public Encoding valueEncoding() {
    return ENCODINGS[event.valueEncoding().ordinal()];
  }

  @Override
  public int valueLength() {
    return event.valueLength();
  }

  @Override
  public byte @Nullable [] value() {
    return event.value();
  }

  /** The headers of the event at hand, decoded when they are first asked for. */
  private List<Header> decoded() {
    if (headersOffset != event.offset()) {
      headers = event.headers().asList();
      if (headers.stream().anyMatch(header -> Reserved.isReserved(header.name()))) {
        headers = headers.stream().filter(header -> !Reserved.isReserved(header.name())).toList();
      }
      headersOffset = event.offset();
    }
    return headers;
  }

  @Override
  public int headers() {
    return decoded().size();
  }

  @Override
  public String headerName(int index) {
    return decoded().get(index).name();
  }

  @Override
  public Encoding headerEncoding(int index) {
    return ENCODINGS[decoded().get(index).encoding().ordinal()];
  }

  @Override
  public byte @Nullable [] headerValue(int index) {
    return decoded().get(index).value();
  }
}
