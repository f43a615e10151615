package io.varve.connect.common.avro;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Makes the codec of a Connect schema, once for all its values.
 *
 * <p>Thread: confined, and so are the codecs.
 */
public final class CodecCompiler {
  /**
   * @param height how many levels lie below
   */
  private record Compiled(Codec codec, int height) {}

  /** A schema object used in many places is compiled once, however often it is reached. */
  private final IdentityHashMap<Schema, Compiled> known = new IdentityHashMap<>();

  private CodecCompiler() {}

  /**
   * The codec of {@code schema}.
   *
   * @param nullRoot whether null is to be written even if the schema is required, as a record may
   *     have it
   */
  public static Codec compile(Schema schema, boolean nullRoot) {
    CodecCompiler compiler = new CodecCompiler();
    Schema root = Layout.built(schema);
    return nullRoot
        ? new NullableCodec(compiler.present(root, 0).codec, true)
        : compiler.compile(root, 0).codec;
  }

  private Compiled compile(@Nullable Schema schema, int depth) {
    if (schema == null) {
      throw new BadValueException("expected a schema for the elements of a container, found null");
    }
    Compiled seen = known.get(schema);
    if (seen != null) {
      Layout.checkDepth(depth + seen.height);
      return seen;
    }
    Schema built = Layout.built(schema);
    Compiled compiled = present(built, depth);
    if (Layout.nullable(built)) {
      compiled =
          new Compiled(
              new NullableCodec(compiled.codec, Layout.allowsNull(built)), compiled.height);
    }
    known.put(schema, compiled);
    return compiled;
  }

  private Compiled present(Schema schema, int depth) {
    Layout.checkDepth(depth);
    return switch (Layout.logical(schema)) {
      case DECIMAL -> new Compiled(new DecimalCodec(Layout.decimalScale(schema)), 0);
      case DATE -> new Compiled(DateCodec.DATE, 0);
      case TIME -> new Compiled(DateCodec.TIME, 0);
      case TIMESTAMP -> new Compiled(DateCodec.TIMESTAMP, 0);
      case NONE ->
          switch (schema.type()) {
            case ARRAY -> {
              Compiled element = compile(schema.valueSchema(), depth + 1);
              yield new Compiled(new ArrayCodec(element.codec), element.height + 1);
            }
            case MAP -> {
              Compiled key = compile(schema.keySchema(), depth + 1);
              Compiled value = compile(schema.valueSchema(), depth + 1);
              yield new Compiled(
                  new MapCodec(key.codec, value.codec), Math.max(key.height, value.height) + 1);
            }
            case STRUCT -> struct(schema, depth);
            default -> new Compiled(BasicCodec.of(schema.type()), 0);
          };
    };
  }

  private Compiled struct(Schema schema, int depth) {
    List<Codec> codecs = new ArrayList<>();
    int height = 0;
    for (Field field : schema.fields()) {
      try {
        Compiled compiled = compile(field.schema(), depth + 1);
        codecs.add(compiled.codec);
        height = Math.max(height, compiled.height + 1);
      } catch (BadValueException e) {
        throw e.within("." + field.name());
      }
    }
    return new Compiled(new StructCodec(schema, codecs), height);
  }
}
