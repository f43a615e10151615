package io.varve.query;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelVariableResolver;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event as CEL's variables, read when they are asked for.
 *
 * <p>Thread: confined to one.
 */
final class EventVariables implements CelVariableResolver {

  private final StreamPartition log;
  private final AvroValues avro;
  private @Nullable EventView event;
  private @Nullable Object key;
  private @Nullable Object value;
  private @Nullable UnreadableEventException failure;

  EventVariables(StreamPartition log, AvroSchemas schemas) {
    this.log = log;
    this.avro = new AvroValues(schemas);
  }

  /** Stands for another event, or the same after a step. */
  void set(EventView next) {
    event = next;
    key = null;
    value = null;
    failure = null;
  }

  /** Why something of the event that was asked for could not be read; null if all could. */
  @Nullable UnreadableEventException failure() {
    return failure;
  }

  @Override
  public Optional<Object> find(String name) {
    EventView at = event;
    if (at == null) {
      return Optional.empty();
    }
    return switch (name) {
      case "value" -> {
        if (value == null) {
          value = part(at, name, at.valueEncoding(), at.value());
        }
        yield Optional.ofNullable(value);
      }
      case "key" -> {
        if (key == null) {
          key = part(at, name, at.keyEncoding(), at.key());
        }
        yield Optional.ofNullable(key);
      }
      case "timestamp" ->
          at.timestampMs() == Event.NO_TIMESTAMP
              ? Optional.empty()
              : Optional.of(Instant.ofEpochMilli(at.timestampMs()));
      case "offset" -> Optional.of(at.offset());
      case "partition" -> Optional.of((long) log.partition());
      case "stream" -> Optional.of(log.stream());
      case "headers" -> Optional.of(headers(at));
      default -> Optional.empty();
    };
  }

  private @Nullable Object part(
      EventView at, String name, Encoding encoding, byte @Nullable [] bytes) {
    try {
      return read(encoding, bytes);
    } catch (UnreadableValueException e) {
      failure =
          new UnreadableEventException(log, at.offset(), name, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private Object read(Encoding encoding, byte @Nullable [] bytes) throws UnreadableValueException {
    if (bytes == null) {
      return NullValue.NULL_VALUE;
    }
    if (encoding == Encoding.AVRO) {
      return avro.read(bytes, bytes.length);
    }
    Object json =
        JsonFields.mayBeJson(bytes, bytes.length) ? JsonValues.read(bytes, bytes.length) : null;
    if (json != null) {
      return json;
    }
    return encoding == Encoding.STRING
        ? new String(bytes, StandardCharsets.UTF_8)
        : CelByteString.of(bytes);
  }

  /** The last of each name. */
  private Map<String, Object> headers(EventView at) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Headers.Header header : at.headers().asList()) {
      Object read = part(at, "header " + header.name(), header.encoding(), header.value());
      if (read == null) {
        map.remove(header.name());
      } else {
        map.put(header.name(), read);
      }
    }
    return map;
  }
}
