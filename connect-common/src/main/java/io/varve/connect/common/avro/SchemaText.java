package io.varve.connect.common.avro;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Writes a Connect schema as an Avro schema: JSON in ASCII without white space, always the same for
 * the same schema.
 *
 * <p>What Avro has a word for is said in Avro; what it has none for stands in properties, which
 * Avro libraries carry along:
 *
 * <ul>
 *   <li>{@code connect.name}, {@code connect.version}, {@code connect.doc}, {@code
 *       connect.parameters}: as in Connect
 *   <li>{@code connect.type}: {@code int8}, {@code int16}, or {@code map} on an array of entries
 *   <li>{@code connect.default.binary}: the default value, Avro binary in base64; {@code
 *       connect.default.schema}: the schema of a default struct, which is an object of its own in
 *       Connect
 *   <li>{@code connect.required}: true where the union with null doesn't mean optional
 *   <li>{@code connect.field}, on a field: the name that Avro doesn't allow
 * </ul>
 *
 * <p>Thread: confined.
 */
public final class SchemaText {
  /** As the store has room for. */
  static final int TEXT_BYTES_MAX = 8 << 20;

  private final JsonGenerator json;
  private final Names names = new Names();

  /** The records that were written already and can be referred to by name. */
  private final Map<Schema, String> records = new HashMap<>();

  private SchemaText(JsonGenerator json) {
    this.json = json;
  }

  /**
   * The Avro schema of {@code schema}, as UTF-8.
   *
   * @param nullRoot whether null is written even if the schema is required
   */
  public static byte[] write(Schema schema, boolean nullRoot) {
    ByteArrayOutputStream bytes = new LimitedBytes();
    try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
      Schema root = Layout.built(schema);
      new SchemaText(json).type(root, nullRoot || Layout.nullable(root), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void type(Schema connect, int depth) throws IOException {
    Schema schema = Layout.built(connect);
    type(schema, Layout.nullable(schema), depth);
  }

  private void type(Schema schema, boolean union, int depth) throws IOException {
    Layout.checkDepth(depth);
    if (union) {
      json.writeStartArray();
      json.writeString("null");
    }
    boolean required = union && !schema.isOptional();
    switch (schema.type()) {
      case STRUCT -> struct(schema, required, depth);
      case ARRAY -> array(schema, required, depth);
      case MAP -> map(schema, required, depth);
      default -> basic(schema, required, depth);
    }
    if (union) {
      json.writeEndArray();
    }
  }

  private void basic(Schema schema, boolean required, int depth) throws IOException {
    String avro =
        switch (schema.type()) {
          case INT8, INT16, INT32 -> "int";
          case INT64 -> "long";
          case FLOAT32 -> "float";
          case FLOAT64 -> "double";
          case BOOLEAN -> "boolean";
          case STRING -> "string";
          case BYTES -> "bytes";
          case ARRAY, MAP, STRUCT -> throw new IllegalArgumentException(schema.type().getName());
        };
    boolean small = schema.type() == Schema.Type.INT8 || schema.type() == Schema.Type.INT16;
    if (!small && !required && plain(schema)) {
      json.writeString(avro);
      return;
    }
    json.writeStartObject();
    json.writeStringField("type", avro);
    logicalType(schema);
    if (small) {
      json.writeStringField("connect.type", schema.type().getName());
    }
    facts(schema, required, schema.name(), true, depth);
    json.writeEndObject();
  }

  private void logicalType(Schema schema) throws IOException {
    switch (Layout.logical(schema)) {
      case DATE -> json.writeStringField("logicalType", "date");
      case TIME -> json.writeStringField("logicalType", "time-millis");
      case TIMESTAMP -> json.writeStringField("logicalType", "timestamp-millis");
      case DECIMAL -> {
        int scale = Layout.decimalScale(schema);
        if (scale >= 0) { // Avro has no decimals of negative scale
          json.writeStringField("logicalType", "decimal");
          json.writeNumberField("precision", Layout.decimalPrecision(schema, scale));
          json.writeNumberField("scale", scale);
        }
      }
      case NONE -> {}
    }
  }

  private void array(Schema schema, boolean required, int depth) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "array");
    json.writeFieldName("items");
    type(schema.valueSchema(), depth + 1);
    facts(schema, required, schema.name(), true, depth);
    json.writeEndObject();
  }

  private void map(Schema schema, boolean required, int depth) throws IOException {
    json.writeStartObject();
    if (Layout.plainMap(schema)) {
      json.writeStringField("type", "map");
      json.writeFieldName("values");
      type(schema.valueSchema(), depth + 1);
    } else {
      json.writeStringField("type", "array");
      json.writeObjectFieldStart("items");
      json.writeStringField("type", "record");
      json.writeStringField("name", names.madeUp("Entry"));
      json.writeArrayFieldStart("fields");
      field("key", null, schema.keySchema(), depth + 1);
      field("value", null, schema.valueSchema(), depth + 1);
      json.writeEndArray();
      json.writeEndObject();
      json.writeStringField("connect.type", "map");
    }
    facts(schema, required, schema.name(), true, depth);
    json.writeEndObject();
  }

  private void struct(Schema schema, boolean required, int depth) throws IOException {
    // What makes this use of the record special must stand at its definition, so it needs one of
    // its own.
    boolean special = required || schema.defaultValue() != null;
    Schema shape = special ? schema : Layout.with(schema, false, null);
    String written = special ? null : records.get(shape);
    if (written != null) {
      json.writeString(written);
      return;
    }
    String name = names.record(schema.name());
    boolean dotted = name.indexOf('.') >= 0;
    json.writeStartObject();
    json.writeStringField("type", "record");
    json.writeStringField("name", name);
    if (!dotted) {
      // Else it would take the namespace of the record around it.
      json.writeStringField("namespace", "");
    }
    if (schema.doc() != null) {
      json.writeStringField("doc", schema.doc());
    }
    json.writeArrayFieldStart("fields");
    fields(schema, depth);
    json.writeEndArray();
    facts(schema, required, Names.isMadeUp(name) ? schema.name() : null, false, depth);
    json.writeEndObject();
    // A name without a namespace cannot be referred to from within one.
    if (!special && dotted) {
      records.put(shape, name);
    }
  }

  private void fields(Schema schema, int depth) throws IOException {
    Set<String> taken = new HashSet<>();
    for (Field field : schema.fields()) {
      if (Names.legalField(field.name())) {
        taken.add(field.name());
      }
    }
    for (Field field : schema.fields()) {
      String name = Names.field(field.name(), taken);
      try {
        field(name, name.equals(field.name()) ? null : field.name(), field.schema(), depth + 1);
      } catch (BadValueException e) {
        throw e.within("." + field.name());
      }
    }
  }

  private void field(String name, @Nullable String connectName, Schema schema, int depth)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeFieldName("type");
    type(schema, depth);
    if (schema.isOptional() && schema.defaultValue() == null) {
      json.writeNullField("default");
    }
    if (connectName != null) {
      json.writeStringField("connect.field", connectName);
    }
    json.writeEndObject();
  }

  /** What only Connect knows. */
  private void facts(Schema schema, boolean required, @Nullable String name, boolean doc, int depth)
      throws IOException {
    if (name != null) {
      json.writeStringField("connect.name", name);
    }
    if (schema.version() != null) {
      json.writeNumberField("connect.version", schema.version());
    }
    if (doc && schema.doc() != null) {
      json.writeStringField("connect.doc", schema.doc());
    }
    if (schema.parameters() != null) {
      json.writeObjectFieldStart("connect.parameters");
      for (Map.Entry<String, String> parameter : new TreeMap<>(schema.parameters()).entrySet()) {
        json.writeStringField(parameter.getKey(), parameter.getValue());
      }
      json.writeEndObject();
    }
    if (schema.defaultValue() != null) {
      defaultValue(schema, schema.defaultValue(), depth);
    }
    if (required) {
      json.writeBooleanField("connect.required", true);
    }
  }

  private void defaultValue(Schema schema, Object value, int depth) throws IOException {
    Schema own =
        value instanceof Struct struct ? struct.schema() : Layout.with(schema, false, null);
    AvroOutput out = new AvroOutput();
    CodecCompiler.compile(own, false).write(out, value);
    json.writeStringField(
        "connect.default.binary", Base64.getEncoder().encodeToString(out.toBytes()));
    if (value instanceof Struct) {
      json.writeFieldName("connect.default.schema");
      new SchemaText(json).type(own, depth + 1);
    }
  }

  /**
   * Stops a schema that is large, or that becomes so because its parts cannot refer to one another.
   */
  private static final class LimitedBytes extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (length > TEXT_BYTES_MAX - count) {
        throw new BadValueException(
            "expected a schema whose Avro text takes at most "
                + TEXT_BYTES_MAX
                + " bytes, found a larger one");
      }
      super.write(bytes, offset, length);
    }
  }

  private static boolean plain(Schema schema) {
    return schema.name() == null
        && schema.version() == null
        && schema.doc() == null
        && schema.parameters() == null
        && schema.defaultValue() == null;
  }
}
