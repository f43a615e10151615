package io.varve.flink.source.avro;

import io.varve.Store;
import io.varve.base.NoSuchStreamException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Values as the connectors store them, made by the Avro library. */
public final class StoredAvro {

  private StoredAvro() {}

  /** Stores a schema, and gives a value's bytes in single-object encoding. */
  public static byte[] value(Store store, Schema schema, Object value) {
    byte[] text = schema.toString().getBytes(StandardCharsets.UTF_8);
    long fingerprint = SchemaNormalization.fingerprint64(text);
    keep(store, fingerprint, text);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0xc3);
    bytes.write(1);
    for (int i = 0; i < 8; i++) {
      bytes.write((int) (fingerprint >>> (8 * i)));
    }
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<>(schema).write(value, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Storing it again would sync a folder for each value. */
  private static void keep(Store store, long fingerprint, byte[] schema) {
    try {
      store.schemas().get(fingerprint);
    } catch (NoSuchStreamException e) {
      store.schemas().put(fingerprint, schema);
    }
  }
}
