package io.varve.benchmarks.fields;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * A log of orders, in Avro or in JSON: a unique id, one of so many customers, one of eight
 * countries, a total, and a note, about half of which a codec takes away.
 */
final class Orders {

  static final long FIRST_MS = 1_767_225_600_000L;

  /** Of so many customers there are orders. */
  static final int CUSTOMERS = 100_000;

  private static final String[] COUNTRIES = {"DE", "FR", "UA", "US", "PL", "IT", "ES", "JP"};
  private static final long FINGERPRINT = 82;
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Order","fields":[
                {"name":"order_id","type":"string"},
                {"name":"customer_id","type":"long"},
                {"name":"country","type":"string"},
                {"name":"note","type":["null","string"]},
                {"name":"total","type":"double"}]}
              """);

  private final boolean avro;
  private final long count;

  Orders(boolean avro, long count) {
    this.avro = avro;
    this.count = count;
  }

  /** The unique id of an order; hexadecimal, as those that are drawn at random. */
  static String id(long number) {
    long mixed = new SplittableRandom(number).nextLong();
    return String.format(Locale.ROOT, "%016x%08x", mixed, number);
  }

  void append(Store store, StreamPartition log) throws IOException {
    store.schemas().put(FINGERPRINT, SCHEMA.toString().getBytes(StandardCharsets.UTF_8));
    LogSettings settings = LogSettings.defaults().withCodec(Codec.LZ4);
    SplittableRandom random = new SplittableRandom(1);
    GenericDatumWriter<GenericData.Record> writer = new GenericDatumWriter<>(SCHEMA);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    byte[] header =
        ByteBuffer.allocate(10)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0x01c3)
            .putLong(FINGERPRINT)
            .array();
    GenericData.Record order = new GenericData.Record(SCHEMA);
    try (LogWriter to = store.openWriter(log, settings, "benchmark")) {
      for (long i = 0; i < count; i++) {
        String id = id(i);
        long customer = random.nextInt(CUSTOMERS);
        String country = COUNTRIES[random.nextInt(COUNTRIES.length)];
        double total = random.nextInt(100_000) / 100.0;
        String note = "left at the door " + Integer.toHexString(random.nextInt());
        byte[] value;
        if (avro) {
          order.put(0, id);
          order.put(1, customer);
          order.put(2, country);
          order.put(3, note);
          order.put(4, total);
          bytes.reset();
          bytes.writeBytes(header);
          writer.write(order, encoder);
          encoder.flush();
          value = bytes.toByteArray();
        } else {
          value =
              ("{\"order_id\":\""
                      + id
                      + "\",\"customer_id\":"
                      + customer
                      + ",\"country\":\""
                      + country
                      + "\",\"note\":\""
                      + note
                      + "\",\"total\":"
                      + total
                      + "}")
                  .getBytes(StandardCharsets.UTF_8);
        }
        to.append(
            new Event(
                i,
                FIRST_MS + i,
                TimestampType.CREATE,
                Encoding.NONE,
                null,
                avro ? Encoding.AVRO : Encoding.STRING,
                value,
                Headers.EMPTY,
                null,
                Event.NOT_DELAYED));
      }
    }
  }
}
