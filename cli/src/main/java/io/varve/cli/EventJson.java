package io.varve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An event as a line of JSON from which it comes back to the byte:
 *
 * <pre>{@code
 * {"partition":0,"offset":5,"timestamp":1795176000000,"timestampType":"create",
 *  "key":{"encoding":"string","text":"k1"},"value":{"encoding":"bytes","base64":"AP8="},
 *  "headers":[{"name":"h","encoding":"none","null":true}]}
 * }</pre>
 *
 * <p>Bytes that are UTF-8 are in {@code text}, others in {@code base64}. A structured value has a
 * field {@code decoded} beside, or instead, for people. {@code headers}, {@code messageId} (base64)
 * and {@code dueTime} are there if the event has them.
 *
 * <p>Thread: confined to one.
 */
final class EventJson {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final @Nullable StructuredValues structured;
  private final boolean bytesToo;

  private EventJson(@Nullable StructuredValues structured, boolean bytesToo) {
    this.structured = structured;
    this.bytesToo = bytesToo;
  }

  /** All that makes the event, and nothing else. */
  static EventJson asStored() {
    return new EventJson(null, true);
  }

  /** Structured values also as they read. */
  static EventJson alsoDecoded(StructuredValues structured) {
    return new EventJson(structured, true);
  }

  /** Structured values only as they read; the event does not come back from that. */
  static EventJson decoded(StructuredValues structured) {
    return new EventJson(structured, false);
  }

  String write(int partition, EventView event) {
    ObjectNode line = MAPPER.createObjectNode();
    line.put("partition", partition);
    line.put("offset", event.offset());
    line.put("timestamp", event.timestampMs());
    line.put("timestampType", name(event.timestampType()));
    put(line.putObject("key"), event.keyEncoding(), event.key());
    put(line.putObject("value"), event.valueEncoding(), event.value());
    Headers headers = event.headers();
    if (!headers.isEmpty()) {
      ArrayNode array = line.putArray("headers");
      for (Headers.Header header : headers.asList()) {
        put(array.addObject().put("name", header.name()), header.encoding(), header.value());
      }
    }
    byte[] id = event.messageId();
    if (id != null) {
      line.put("messageId", Base64.getEncoder().encodeToString(id));
    }
    if (event.dueTimeMs() != Event.NOT_DELAYED) {
      line.put("dueTime", event.dueTimeMs());
    }
    return line.toString();
  }

  private void put(ObjectNode object, Encoding encoding, byte @Nullable [] bytes) {
    object.put("encoding", name(encoding));
    if (bytes == null) {
      object.put("null", true);
      return;
    }
    String text = encoding == Encoding.AVRO ? null : ByteText.utf8(bytes);
    if (text != null) {
      object.put("text", text);
      return;
    }
    JsonNode decoded = structured == null ? null : structured.json(encoding, bytes);
    if (decoded == null || bytesToo) {
      object.put("base64", Base64.getEncoder().encodeToString(bytes));
    }
    if (decoded != null) {
      object.set("decoded", decoded);
    }
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The event of a line.
   *
   * @throws BadInputException if the line is another; says what is expected
   */
  static PlacedEvent read(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      JsonNode id = node.path("messageId");
      Headers.Builder headers = Headers.builder();
      for (JsonNode header : node.path("headers")) {
        headers.add(
            text(header, "name"), constant(Encoding.class, header, "encoding"), bytes(header));
      }
      JsonNode key = object(node, "key");
      JsonNode value = object(node, "value");
      Event event =
          new Event(
              number(node, "offset"),
              number(node, "timestamp"),
              constant(TimestampType.class, node, "timestampType"),
              constant(Encoding.class, key, "encoding"),
              bytes(key),
              constant(Encoding.class, value, "encoding"),
              bytes(value),
              headers.build(),
              id.isMissingNode() ? null : Base64.getDecoder().decode(id.asText()),
              node.has("dueTime") ? number(node, "dueTime") : Event.NOT_DELAYED);
      return new PlacedEvent(Math.toIntExact(number(node, "partition")), event);
    } catch (JsonProcessingException e) {
      throw new BadInputException("no JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }

  private static byte @Nullable [] bytes(JsonNode node) {
    if (node.path("null").asBoolean(false)) {
      return null;
    }
    if (node.has("decoded") && !node.has("base64")) {
      throw new BadInputException(
          "a structured value without its bytes; expected an export without --values decoded");
    }
    return node.has("text")
        ? text(node, "text").getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(text(node, "base64"));
  }

  private static JsonNode object(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isObject()) {
      throw new BadInputException("expected an object in the field '" + field + "'");
    }
    return value;
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new BadInputException("expected a text in the field '" + field + "'");
    }
    return value.asText();
  }

  private static long number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new BadInputException("expected a whole number in the field '" + field + "'");
    }
    return value.asLong();
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String field) {
    return Enum.valueOf(type, text(node, field).toUpperCase(Locale.ROOT));
  }
}
