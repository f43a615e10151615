package io.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.varve.event.Encoding;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import org.jspecify.annotations.Nullable;

/** An event as a line for people: offset, time, key, value, headers, with tabs between. */
final class EventText {

  private final StructuredValues structured;

  EventText(StructuredValues structured) {
    this.structured = structured;
  }

  String write(EventView event) {
    StringBuilder line = new StringBuilder();
    line.append(event.offset()).append('\t');
    line.append(event.timestampType() == TimestampType.NONE ? "-" : Show.time(event.timestampMs()));
    line.append('\t').append(readable(event.keyEncoding(), event.key()));
    line.append('\t').append(readable(event.valueEncoding(), event.value()));
    Headers headers = event.headers();
    for (int i = 0; i < headers.count(); i++) {
      line.append(i == 0 ? "\t" : " ").append(headers.name(i)).append('=');
      line.append(readable(headers.encoding(i), headers.value(i)));
    }
    return line.toString();
  }

  private String readable(Encoding encoding, byte @Nullable [] bytes) {
    JsonNode decoded = bytes == null ? null : structured.json(encoding, bytes);
    return decoded == null ? ByteText.readable(bytes) : decoded.toString();
  }
}
