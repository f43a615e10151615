package io.varve.query;

import io.varve.SchemaStore;
import io.varve.base.NoSuchStreamException;
import io.varve.base.VarveException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The schemas of values in Avro single-object encoding, parsed once.
 *
 * <p>Thread: confined to one.
 */
final class AvroSchemas {

  /** The bytes before the value: a marker of two and the schema's fingerprint. */
  static final int HEADER_BYTES = 10;

  private final SchemaStore store;
  private final Map<Long, Schema> known = new HashMap<>();

  AvroSchemas(SchemaStore store) {
    this.store = store;
  }

  /** The fingerprint in front of a value. */
  static long fingerprint(byte[] value, int length) throws UnreadableValueException {
    if (length < HEADER_BYTES || value[0] != (byte) 0xc3 || value[1] != 1) {
      throw new UnreadableValueException(
          "it is not in Avro single-object encoding, which begins with c3 01 and a fingerprint");
    }
    long fingerprint = 0;
    for (int i = HEADER_BYTES - 1; i >= 2; i--) {
      fingerprint = fingerprint << 8 | (value[i] & 0xff);
    }
    return fingerprint;
  }

  Schema schema(long fingerprint) throws UnreadableValueException {
    Schema schema = known.get(fingerprint);
    if (schema != null) {
      return schema;
    }
    try {
      schema =
          new Schema.Parser().parse(new String(store.get(fingerprint), StandardCharsets.UTF_8));
    } catch (NoSuchStreamException e) {
      throw new UnreadableValueException(
          String.format("its schema %016x is not in the store", fingerprint));
    } catch (VarveException | AvroRuntimeException e) {
      throw new UnreadableValueException(
          String.format("its schema %016x is of no use: %s", fingerprint, e.getMessage()));
    }
    known.put(fingerprint, schema);
    return schema;
  }
}
