package io.varve.connect.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

final class RecordsTest {
  private static final StreamPartition ORDERS = new StreamPartition("orders", 1, 3);
  private static final Map<String, String> SOURCE_PARTITION = Map.of("stream", "orders");
  private static final Map<String, Long> SOURCE_OFFSET = Map.of("offset", 13L);
  private static final Schema STRUCT =
      SchemaBuilder.struct().name("com.example.Order").field("id", Schema.INT64_SCHEMA).build();

  private final MemorySchemaTexts texts = new MemorySchemaTexts();
  private final RecordEncoder encoder = new RecordEncoder(texts);
  private final RecordDecoder decoder = new RecordDecoder(texts);

  @Test
  void keyValueHeadersAndTimestampComeBack() {
    ConnectHeaders headers = new ConnectHeaders();
    headers.add("trace", new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, new byte[] {1}));
    headers.add("trace", new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, null));
    headers.add("", new SchemaAndValue(Schema.INT32_SCHEMA, 7));
    headers.add("none", SchemaAndValue.NULL);
    Struct value = new Struct(STRUCT).put("id", 12L);
    SinkRecord record =
        record(
            Schema.OPTIONAL_STRING_SCHEMA,
            "k",
            STRUCT,
            value,
            1000L,
            TimestampType.CREATE_TIME,
            headers);

    Event event = encoder.encode(record);
    assertThat(event.offset()).isEqualTo(12);
    assertThat(event.timestampMs()).isEqualTo(1000);
    assertThat(event.timestampType()).isEqualTo(io.varve.event.TimestampType.CREATE);
    assertThat(event.keyEncoding()).isEqualTo(Encoding.STRING);
    assertThat(event.valueEncoding()).isEqualTo(Encoding.AVRO);

    SourceRecord back = decode(event);
    assertThat(back)
        .isEqualTo(
            new SourceRecord(
                SOURCE_PARTITION,
                SOURCE_OFFSET,
                "replay",
                3,
                Schema.OPTIONAL_STRING_SCHEMA,
                "k",
                STRUCT,
                value,
                1000L,
                headers));
    assertThat(back.headers()).hasSize(4);
  }

  @Test
  void reservedHeadersAreNeitherTakenNorGiven() {
    ConnectHeaders headers = new ConnectHeaders();
    headers.add("varve.schedule.id", new SchemaAndValue(Schema.STRING_SCHEMA, "forged"));
    headers.add("varve.other", new SchemaAndValue(Schema.OPTIONAL_STRING_SCHEMA, "own"));
    SinkRecord record = record(null, null, null, null, 5L, TimestampType.CREATE_TIME, headers);

    Event event = encoder.encode(record);
    assertThat(event.headers().asList())
        .extracting(Headers.Header::name)
        .containsExactly("varve.other");

    Headers.Builder stored = Headers.builder();
    for (String name :
        List.of(
            Reserved.SCHEDULE_ID,
            Reserved.SCHEDULE_CRON,
            "varve.other",
            Reserved.DELIVER_TOPIC,
            Reserved.DELIVER_KEY,
            Reserved.RELEASE)) {
      stored.add(name, Encoding.STRING, new byte[] {'x'});
    }
    assertThat(decode(event.withHeaders(stored.build())).headers())
        .extracting(Header::key)
        .containsExactly("varve.other");
  }

  @Test
  void theOffsetIsTheOneInKafkaWhateverTransformsDid() {
    SinkRecord original =
        record(
            null,
            null,
            Schema.OPTIONAL_BYTES_SCHEMA,
            new byte[0],
            null,
            TimestampType.NO_TIMESTAMP_TYPE,
            null);
    SinkRecord renamed =
        original.newRecord("other", 9, null, null, Schema.OPTIONAL_BYTES_SCHEMA, new byte[0], null);
    Event event = encoder.encode(renamed);
    assertThat(event.offset()).isEqualTo(12);
    assertThat(event.timestampMs()).isEqualTo(Event.NO_TIMESTAMP);
    assertThat(event.timestampType()).isEqualTo(io.varve.event.TimestampType.NONE);
    assertThat(event.headers().isEmpty()).isTrue();
    assertThat(decode(event).timestamp()).isNull();
  }

  @Test
  void timestampTypesAreKept() {
    for (TimestampType type : List.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME)) {
      Event event = encoder.encode(record(null, null, null, null, 0L, type, null));
      assertThat(event.timestampType().name())
          .isEqualTo(type == TimestampType.CREATE_TIME ? "CREATE" : "LOG_APPEND");
      assertThat(decode(event).timestamp()).isZero();
    }
    assertThat(
            encoder
                .encode(record(null, null, null, null, 5L, TimestampType.NO_TIMESTAMP_TYPE, null))
                .timestampType())
        .as("a transform gave it the time")
        .isEqualTo(io.varve.event.TimestampType.CREATE);
  }

  @Test
  void aTombstoneIsNull() {
    Event event =
        encoder.encode(
            record(
                Schema.OPTIONAL_BYTES_SCHEMA,
                new byte[] {1},
                Schema.OPTIONAL_BYTES_SCHEMA,
                null,
                1L,
                TimestampType.CREATE_TIME,
                null));
    assertThat(event.value()).isNull();
    assertThat(decode(event).valueSchema()).isEqualTo(Schema.OPTIONAL_BYTES_SCHEMA);
    assertThat(decode(event).value()).isNull();
  }

  @Test
  void aBadPartIsNamedWithItsTopicAndOffset() {
    assertThatThrownBy(
            () ->
                encoder.encode(
                    record(
                        null, null, Schema.INT32_SCHEMA, "x", 1L, TimestampType.CREATE_TIME, null)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "value of orders-3 offset 12: expected an Integer for INT32, found an object of"
                + " java.lang.String");
    ConnectHeaders headers = new ConnectHeaders();
    headers.add("h", new SchemaAndValue(null, new Object()));
    assertThatThrownBy(
            () ->
                encoder.encode(
                    record(null, null, null, null, 1L, TimestampType.CREATE_TIME, headers)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "header 'h' of orders-3 offset 12: expected a value without schema");
  }

  @Test
  void anUnreadablePartIsNamedWithItsLogAndOffset() {
    Event event =
        encoder.encode(
            record(
                STRUCT,
                new Struct(STRUCT).put("id", 1L),
                null,
                null,
                1L,
                TimestampType.CREATE_TIME,
                null));
    texts.texts.clear();
    assertThatThrownBy(() -> decode(event))
        .isInstanceOf(UnreadableValueException.class)
        .hasMessageStartingWith("key of orders-3 offset 12: schema fingerprint 0x")
        .hasMessageContaining("is not in the store's schemas");
  }

  private static SinkRecord record(
      Schema keySchema,
      Object key,
      Schema valueSchema,
      Object value,
      Long timestamp,
      TimestampType type,
      ConnectHeaders headers) {
    return new SinkRecord(
        "orders", 3, keySchema, key, valueSchema, value, 12, timestamp, type, headers);
  }

  private SourceRecord decode(Event event) {
    return decoder.decode(
        ORDERS, new EventOfRecord(event), SOURCE_PARTITION, SOURCE_OFFSET, "replay", 3);
  }
}
