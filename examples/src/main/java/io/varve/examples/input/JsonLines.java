package io.varve.examples.input;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events as JSON lines: one JSON object a line. The line itself, without its line end, is the
 * event's value, byte for byte; two of its fields give key and timestamp. Blank lines are passed
 * over.
 *
 * <p>Thread: immutable.
 */
public final class JsonLines {
  /** Kafka's own default limit, less room for key and headers. */
  static final int LINE_BYTES_MAX = 1_000_000;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final @Nullable Field key;
  private final Field time;

  /**
   * Names the fields to use: by name, or for nested ones by JSON pointer, as {@code /user/id}.
   *
   * @param key null for events without key
   */
  public JsonLines(@Nullable String key, String time) {
    this.key = key == null ? null : new Field(key, "--key");
    this.time = new Field(time, "--time");
  }

  /**
   * Reads to the end.
   *
   * @param name what errors call the input
   * @throws InputException at the first line that cannot be an event
   */
  public List<DemoEvent> read(InputStream input, String name) throws IOException {
    List<DemoEvent> events = new ArrayList<>();
    BufferedInputStream bytes = new BufferedInputStream(input, 1 << 16);
    int line = 0;
    for (byte[] text = readLine(bytes); text != null; text = readLine(bytes)) {
      line++;
      try {
        if (!isBlank(text)) {
          events.add(event(text));
        }
      } catch (InputException e) {
        throw new InputException("%s, line %,d: %s".formatted(name, line, e.getMessage()), e);
      }
    }
    return events;
  }

  private DemoEvent event(byte[] line) {
    if (line.length > LINE_BYTES_MAX) {
      throw new InputException(
          "%,d bytes are too many for one Kafka event; at most %,d"
              .formatted(line.length, LINE_BYTES_MAX));
    }
    JsonNode object = parse(line);
    if (!object.isObject()) {
      throw new InputException("expected a JSON object, found %s".formatted(object.getNodeType()));
    }
    JsonNode at = time.of(object);
    if (!at.isTextual() && !at.isIntegralNumber()) {
      throw new InputException("field \"%s\" holds %s, not a time".formatted(time.name, at));
    }
    return new DemoEvent(TimeText.parseMs(at.asText()), keyOf(object), Bytes.of(line), List.of());
  }

  private @Nullable Bytes keyOf(JsonNode object) {
    if (key == null) {
      return null;
    }
    JsonNode found = key.of(object);
    return found.isNull()
        ? null
        : Bytes.utf8(found.isValueNode() ? found.asText() : found.toString());
  }

  private static JsonNode parse(byte[] line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new InputException("not a JSON object: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InputException("not a JSON object: " + e.getMessage(), e);
    }
  }

  private static byte @Nullable [] readLine(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    int next = input.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = input.read()) {
      line.write(next);
    }
    byte[] bytes = line.toByteArray();
    boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  /** A field that every line must have. */
  private static final class Field {
    final String name;
    private final String option;
    private final JsonPointer pointer;

    Field(String name, String option) {
      this.name = name;
      this.option = option;
      String escaped = "/" + name.replace("~", "~0").replace("/", "~1");
      try {
        this.pointer = JsonPointer.compile(name.startsWith("/") ? name : escaped);
      } catch (IllegalArgumentException e) {
        throw new InputException("%s %s is not a JSON pointer".formatted(option, name), e);
      }
    }

    JsonNode of(JsonNode object) {
      JsonNode found = object.at(pointer);
      if (found.isMissingNode()) {
        throw new InputException(
            "no field \"%s\" (%s); the line has %s".formatted(name, option, names(object)));
      }
      return found;
    }

    private static List<String> names(JsonNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      return names;
    }
  }
}
