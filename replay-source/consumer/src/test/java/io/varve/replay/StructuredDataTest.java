package io.varve.replay;

import static io.varve.replay.StoreFixture.LIMIT;
import static io.varve.replay.StoreFixture.bytes;
import static io.varve.replay.StoreFixture.poll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.connect.common.EncodedValue;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.common.ValueEncoder;
import io.varve.event.Encoding;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data whose bytes the sink did not keep: refused, or given in another form. */
final class StructuredDataTest {

  private static final TopicPartition P0 = new TopicPartition("orders", 0);

  private static final Schema ORDER =
      SchemaBuilder.struct()
          .name("shop.Order")
          .field("id", Schema.INT64_SCHEMA)
          .field("note", Schema.OPTIONAL_STRING_SCHEMA)
          .field("price", Decimal.schema(2))
          .field("day", org.apache.kafka.connect.data.Date.SCHEMA)
          .field("raw", Schema.BYTES_SCHEMA)
          .field("rate", Schema.FLOAT32_SCHEMA)
          .field("tags", SchemaBuilder.array(Schema.STRING_SCHEMA).build())
          .field("counts", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT32_SCHEMA).build())
          .field("pairs", SchemaBuilder.map(Schema.INT32_SCHEMA, Schema.BOOLEAN_SCHEMA).build())
          .build();

  @TempDir Path folder;
  private StoreFixture store;
  private EncodedValue order;

  @BeforeEach
  void open() {
    store = new StoreFixture(folder.resolve("store"));
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("x", 1);
    Struct struct =
        new Struct(ORDER)
            .put("id", 7L)
            .put("price", new BigDecimal("19.90"))
            .put("day", new Date(86_400_000L * 3))
            .put("raw", new byte[] {1, 2, 3})
            .put("rate", 0.1f)
            .put("tags", List.of("a", "b"))
            .put("counts", counts)
            .put("pairs", Map.of(1, true));
    ValueEncoder encoder = new ValueEncoder(SchemaTexts.of(store.store()));
    order = encoder.encode(ORDER, struct);
    store.append(
        new StreamPartition("orders", 1, 0),
        StoreFixture.event(0, 1, Encoding.BYTES, bytes("plain"), Headers.EMPTY),
        StoreFixture.event(
            1,
            1,
            order.encoding(),
            order.bytes(),
            Headers.builder().add("h", order.encoding(), order.bytes()).build()),
        StoreFixture.event(2, 1, Encoding.STRING, null, Headers.EMPTY));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void itIsRefusedUnlessAFormIsChosen() {
    try (VarveConsumer<String, String> consumer = store.consumer()) {
      consumer.assign(List.of(P0));
      assertThat(poll(consumer, 1)).hasSize(1);
      assertThatThrownBy(() -> consumer.poll(LIMIT))
          .isInstanceOfSatisfying(
              RecordDeserializationException.class,
              e -> {
                assertThat(e.topicPartition()).isEqualTo(P0);
                assertThat(e.offset()).isEqualTo(1);
                assertThat(e).hasStackTraceContaining("varve.structured.data");
              });
      consumer.seek(P0, 2);

      assertThat(poll(consumer, 1).get(0).value()).isNull();
    }
  }

  @Test
  void asJsonItHasItsFieldsAndNoSchema() {
    try (VarveConsumer<String, String> consumer = store.consumer("varve.structured.data", "json")) {
      consumer.assign(List.of(P0));
      List<ConsumerRecord<String, String>> records = poll(consumer, 3);

      String json =
          "{\"id\":7,\"note\":null,\"price\":19.90,\"day\":3,\"raw\":\"AQID\",\"rate\":0.1,"
              + "\"tags\":[\"a\",\"b\"],\"counts\":{\"x\":1},\"pairs\":[[1,true]]}";
      assertThat(records.get(0).value()).isEqualTo("plain");
      assertThat(records.get(1).value()).isEqualTo(json);
      assertThat(records.get(1).headers().lastHeader("h").value()).isEqualTo(bytes(json));
      assertThat(records.get(2).value()).isNull();
    }
  }

  @Test
  void asAvroItIsWhatTheStoreHolds() {
    try (VarveConsumer<String, byte[]> consumer =
        new VarveConsumer<>(
            store.settings("varve.structured.data", "avro"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(P0));

      assertThat(consumer.poll(LIMIT).records(P0).get(1).value())
          .isEqualTo(order.bytes())
          .startsWith(0xc3, 0x01);
    }
  }
}
