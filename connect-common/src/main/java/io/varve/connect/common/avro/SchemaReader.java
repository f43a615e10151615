package io.varve.connect.common.avro;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts that {@link SchemaText} writes. Anything else in Avro's language that Connect has
 * no schema for (enums, fixed, unions of several types) is refused by name.
 *
 * <p>Thread: confined.
 */
public final class SchemaReader {
  /**
   * What a text says.
   *
   * @param nullRoot as {@link CodecCompiler#compile} takes it
   */
  public record Read(Schema schema, boolean nullRoot) {}

  /** A record that was defined, as a required schema and as an optional one. */
  private record Shapes(Schema required, Schema optional) {}

  private final Map<String, Shapes> records = new HashMap<>();

  /**
   * How many levels lie above what is read now, those of the schema whose default it is among them.
   */
  private int depth;

  private SchemaReader(int depth) {
    this.depth = depth;
  }

  /** The schema of which {@code text} is the text; fails with a {@link BadValueException}. */
  public static Read read(byte[] text) {
    Object root = Json.parse(text);
    Schema schema = new SchemaReader(0).schema(root, "");
    boolean union = root instanceof List;
    return new Read(schema, union && !Layout.allowsNull(schema));
  }

  private Schema schema(@Nullable Object type, String namespace) {
    Layout.checkDepth(depth++);
    Schema schema =
        type instanceof List<?> union
            ? schema(branchBesideNull(union), true, namespace)
            : schema(type, false, namespace);
    depth--;
    return schema;
  }

  private static @Nullable Object branchBesideNull(List<?> branches) {
    if (branches.size() != 2 || !"null".equals(branches.get(0))) {
      throw new BadValueException(
          "expected a union of null and one other type, found " + branches.size() + " branches");
    }
    return branches.get(1);
  }

  private Schema schema(@Nullable Object type, boolean union, String namespace) {
    if (type instanceof String name) {
      Schema.Type basic = basic(name, null);
      return basic != null ? facts(basic, Map.of(), union) : reference(name, union, namespace);
    }
    if (!(type instanceof Map<?, ?> node)) {
      throw new BadValueException("expected a type, found " + type);
    }
    String name = text(node, "type");
    return switch (name) {
      case "array" ->
          "map".equals(node.get("connect.type"))
              ? entries(node, union, namespace)
              : facts(
                  Schema.Type.ARRAY,
                  node,
                  union,
                  List.of(),
                  null,
                  schema(node.get("items"), namespace));
      case "map" ->
          facts(
              Schema.Type.MAP,
              node,
              union,
              List.of(),
              Schema.STRING_SCHEMA,
              schema(node.get("values"), namespace));
      case "record" -> record(node, union, namespace);
      default -> {
        Schema.Type basic = basic(name, node.get("connect.type"));
        if (basic == null) {
          throw new BadValueException("expected a type that Connect has too, found " + name);
        }
        yield facts(basic, node, union);
      }
    };
  }

  private static Schema.@Nullable Type basic(String avro, @Nullable Object connectType) {
    return switch (avro) {
      case "int" ->
          "int8".equals(connectType)
              ? Schema.Type.INT8
              : "int16".equals(connectType) ? Schema.Type.INT16 : Schema.Type.INT32;
      case "long" -> Schema.Type.INT64;
      case "float" -> Schema.Type.FLOAT32;
      case "double" -> Schema.Type.FLOAT64;
      case "boolean" -> Schema.Type.BOOLEAN;
      case "string" -> Schema.Type.STRING;
      case "bytes" -> Schema.Type.BYTES;
      default -> null;
    };
  }

  private Schema reference(String name, boolean union, String namespace) {
    Shapes shapes = records.get(fullName(name, namespace));
    if (shapes == null) {
      throw new BadValueException("expected a type that was defined before, found " + name);
    }
    return union ? shapes.optional : shapes.required;
  }

  private Schema entries(Map<?, ?> node, boolean union, String namespace) {
    Map<?, ?> entry = map(node, "items");
    List<?> fields = list(entry, "fields");
    if (fields.size() != 2) {
      throw new BadValueException("expected entries of key and value, found " + fields.size());
    }
    String inner = namespaceOf(fullName(text(entry, "name"), namespace));
    return facts(
        Schema.Type.MAP,
        node,
        union,
        List.of(),
        schema(asMap(fields.get(0)).get("type"), inner),
        schema(asMap(fields.get(1)).get("type"), inner));
  }

  private Schema record(Map<?, ?> node, boolean union, String namespace) {
    String own = node.containsKey("namespace") ? text(node, "namespace") : namespace;
    String fullName = fullName(text(node, "name"), own);
    List<Field> fields = new ArrayList<>();
    for (Object next : list(node, "fields")) {
      Map<?, ?> field = asMap(next);
      String name = text(field, field.containsKey("connect.field") ? "connect.field" : "name");
      try {
        Schema schema = schema(field.get("type"), namespaceOf(fullName));
        fields.add(new Field(name, fields.size(), schema));
      } catch (BadValueException e) {
        throw e.within("." + name);
      }
    }
    Map<Object, @Nullable Object> facts = new LinkedHashMap<>(node);
    if (!Names.isMadeUp(fullName)) {
      facts.put("connect.name", fullName);
    }
    if (node.containsKey("doc")) {
      facts.put("connect.doc", node.get("doc"));
    }
    Schema schema = facts(Schema.Type.STRUCT, facts, union, List.copyOf(fields), null, null);
    Schema other = Layout.with(schema, !schema.isOptional(), schema.defaultValue());
    Shapes shapes = schema.isOptional() ? new Shapes(other, schema) : new Shapes(schema, other);
    if (records.put(fullName, shapes) != null) {
      throw new BadValueException(
          "expected each type to be defined once, found " + fullName + " twice");
    }
    return schema;
  }

  private Schema facts(Schema.Type type, Map<?, ?> node, boolean union) {
    return facts(type, node, union, List.of(), null, null);
  }

  /** The schema with all that the properties of {@code node} say. */
  @SuppressWarnings("NullAway") // Connect takes null for what isn't there
  private Schema facts(
      Schema.Type type,
      Map<?, ?> node,
      boolean union,
      List<Field> fields,
      @Nullable Schema key,
      @Nullable Schema value) {
    boolean optional = union && !Boolean.TRUE.equals(node.get("connect.required"));
    String name = node.containsKey("connect.name") ? text(node, "connect.name") : null;
    String doc = node.containsKey("connect.doc") ? text(node, "connect.doc") : null;
    Integer version = version(node.get("connect.version"));
    Map<String, @Nullable String> parameters =
        node.containsKey("connect.parameters") ? parameters(node) : null;
    Schema schema =
        new ConnectSchema(type, optional, null, name, version, doc, parameters, fields, key, value);
    return node.containsKey("connect.default.binary")
        ? Layout.with(schema, optional, defaultValue(schema, node))
        : schema;
  }

  private static @Nullable Integer version(@Nullable Object version) {
    if (version == null) {
      return null;
    }
    if (!(version instanceof Long number) || number != number.intValue()) {
      throw new BadValueException("expected a version to be an integer, found " + version);
    }
    return number.intValue();
  }

  private static Map<String, @Nullable String> parameters(Map<?, ?> node) {
    Map<String, @Nullable String> parameters = new LinkedHashMap<>();
    Map<?, ?> found = map(node, "connect.parameters");
    for (Object name : found.keySet()) {
      parameters.put((String) name, found.get(name) == null ? null : text(found, name));
    }
    return Collections.unmodifiableMap(parameters);
  }

  private @Nullable Object defaultValue(Schema schema, Map<?, ?> node) {
    Schema own = Layout.with(schema, false, null);
    if (node.get("connect.default.schema") != null) {
      own = new SchemaReader(depth).schema(node.get("connect.default.schema"), "");
    }
    try {
      AvroInput in =
          new AvroInput(Base64.getDecoder().decode(text(node, "connect.default.binary")), 0);
      Object value = CodecCompiler.compile(own, false).read(in);
      in.expectEnd();
      return value;
    } catch (IllegalArgumentException e) {
      throw new BadValueException("expected a default value in base64", e);
    }
  }

  private static String fullName(String name, String namespace) {
    return name.indexOf('.') >= 0 || namespace.isEmpty() ? name : namespace + "." + name;
  }

  private static String namespaceOf(String fullName) {
    int dot = fullName.lastIndexOf('.');
    return dot < 0 ? "" : fullName.substring(0, dot);
  }

  private static String text(Map<?, ?> node, Object name) {
    if (node.get(name) instanceof String text) {
      return text;
    }
    throw new BadValueException("expected a string for " + name + ", found " + node.get(name));
  }

  private static List<?> list(Map<?, ?> node, String name) {
    if (node.get(name) instanceof List<?> list) {
      return list;
    }
    throw new BadValueException("expected an array for " + name + ", found " + node.get(name));
  }

  private static Map<?, ?> map(Map<?, ?> node, String name) {
    return asMap(node.get(name));
  }

  private static Map<?, ?> asMap(@Nullable Object node) {
    if (node instanceof Map<?, ?> map) {
      return map;
    }
    throw new BadValueException("expected an object, found " + node);
  }
}
