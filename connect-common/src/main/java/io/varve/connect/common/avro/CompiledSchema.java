package io.varve.connect.common.avro;

import java.util.Arrays;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A Connect schema (null for values without one), its codec, and the Avro text from which both can
 * be had again.
 *
 * <p>Thread: confined, as codecs are.
 */
public final class CompiledSchema {
  private final @Nullable Schema schema;
  private final Codec codec;
  private final byte[] text;
  private final long fingerprint;

  private CompiledSchema(@Nullable Schema schema, Codec codec, byte[] text) {
    this.schema = schema;
    this.codec = codec;
    this.text = text;
    this.fingerprint = Fingerprint.of(text);
  }

  /** For values that have no schema. */
  public static CompiledSchema ofAny() {
    return new CompiledSchema(null, AnyCodec.INSTANCE, AnyCodec.text());
  }

  /**
   * For the values of {@code schema}; fails with a {@link BadValueException} if it is no legal
   * Connect schema.
   *
   * @param withNull whether null must be among the values even where the schema does not allow it:
   *     a record with a required schema may hold null all the same
   */
  public static CompiledSchema of(Schema schema, boolean withNull) {
    Schema built = Layout.built(schema);
    boolean nullRoot = withNull && !Layout.allowsNull(built);
    Codec codec = CodecCompiler.compile(built, nullRoot);
    return new CompiledSchema(built, codec, SchemaText.write(built, nullRoot));
  }

  /**
   * From a text that {@link #text} gave; fails with a {@link BadValueException} if it's another.
   */
  public static CompiledSchema parse(byte[] text) {
    if (Arrays.equals(text, AnyCodec.text())) {
      return ofAny();
    }
    SchemaReader.Read read = SchemaReader.read(text);
    return new CompiledSchema(
        read.schema(), CodecCompiler.compile(read.schema(), read.nullRoot()), text);
  }

  /** Whether null is among the values of {@code schema}. */
  public static boolean allowsNull(Schema schema) {
    return Layout.allowsNull(schema);
  }

  /**
   * The schema itself if it can't change any more, else what the {@link SchemaBuilder} makes now.
   */
  public static Schema built(Schema schema) {
    return Layout.built(schema);
  }

  /** The Connect schema; null for values without one. */
  public @Nullable Schema schema() {
    return schema;
  }

  public Codec codec() {
    return codec;
  }

  /** The Avro schema as JSON in ASCII, not a copy; leave it as it is. */
  public byte[] text() {
    return text;
  }

  /** The {@link Fingerprint} of the text. */
  public long fingerprint() {
    return fingerprint;
  }
}
