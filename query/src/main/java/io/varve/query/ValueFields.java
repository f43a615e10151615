package io.varve.query;

import io.varve.SchemaStore;
import io.varve.event.Encoding;
import io.varve.event.EventView;
import io.varve.field.FieldExtractor;
import io.varve.field.FieldKey;
import io.varve.field.FieldValues;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields as filters see them, in keys and values that are Avro single-object encoding, JSON,
 * or plain.
 *
 * <p>It does without CEL's library, so that who only builds indexes need not carry it.
 *
 * <p>Thread: safe; what {@link #of} gives is confined to one.
 */
public final class ValueFields implements FieldExtractor.Kind {

  /** Changes whenever a value is found in another way, so that no index outlives that. */
  public static final String ID = "varve-query 1";

  private final SchemaStore schemas;

  /**
   * @param schemas those of the store whose events are looked at
   */
  public ValueFields(SchemaStore schemas) {
    this.schemas = schemas;
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public FieldExtractor of(List<String> fields) {
    List<FieldPath> paths = fields.stream().map(FieldPath::parse).toList();
    AvroSchemas known = new AvroSchemas(schemas);
    PathTree inKey = PathTree.of(FieldPath.KEY, paths);
    PathTree inValue = PathTree.of(FieldPath.VALUE, paths);
    Part key = inKey == null ? null : new Part(known, inKey);
    Part value = inValue == null ? null : new Part(known, inValue);
    return (event, into) -> {
      into.clear();
      if (key != null) {
        key.extract(event, true, into);
      }
      if (value != null) {
        value.extract(event, false, into);
      }
    };
  }

  /** The fields of an event's key, or of its value. */
  private static final class Part {

    private final PathTree wanted;
    private final AvroFields avro;
    private final JsonFields json;
    private byte[] bytes = new byte[1024];
    private ByteBuffer buffer = ByteBuffer.wrap(bytes);

    Part(AvroSchemas schemas, PathTree wanted) {
      this.wanted = wanted;
      this.avro = new AvroFields(schemas, wanted);
      this.json = new JsonFields(wanted);
    }

    void extract(EventView event, boolean isKey, FieldValues into) {
      int length = isKey ? event.keyLength() : event.valueLength();
      FieldKey whole = wanted.field() == PathTree.NONE ? null : into.at(wanted.field());
      if (length < 0) {
        if (whole != null) {
          whole.nothing();
        }
        return;
      }
      if (bytes.length < length) {
        bytes = new byte[Math.max(length, 2 * bytes.length)];
        buffer = ByteBuffer.wrap(bytes);
      }
      buffer.clear();
      if (isKey) {
        event.copyKey(buffer);
      } else {
        event.copyValue(buffer);
      }
      Encoding encoding = isKey ? event.keyEncoding() : event.valueEncoding();
      extract(encoding, length, whole, into);
    }

    private void extract(
        Encoding encoding, int length, @Nullable FieldKey whole, FieldValues into) {
      if (encoding == Encoding.AVRO) {
        try {
          avro.extract(bytes, length, into);
        } catch (UnreadableValueException e) {
          wanted.unreadable(into);
        }
        return;
      }
      if (JsonFields.mayBeJson(bytes, length)) {
        if (json.extract(bytes, length, into)) {
          return;
        }
        wanted.clear(into);
      }
      if (whole != null) {
        if (encoding == Encoding.STRING) {
          AvroBytes text = new AvroBytes();
          text.set(bytes, 0, length);
          try {
            text.readPart(length);
          } catch (UnreadableValueException e) {
            throw new IllegalStateException(e);
          }
          AvroFields.text(text, whole);
        } else {
          whole.bytes(bytes, 0, length);
        }
      }
    }
  }
}
