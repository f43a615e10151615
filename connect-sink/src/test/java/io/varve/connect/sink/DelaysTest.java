package io.varve.connect.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.varve.connect.common.RecordEncoder;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.common.ValueDecoder;
import io.varve.connect.sink.Delays.BadDelayException;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What records may say of their delivery, and what becomes of it in the event. */
final class DelaysTest {

  private static final long SENT_MS = 1_700_000_000_000L;
  private static final long DUE_MS = Instant.parse("2026-11-20T18:00:00Z").toEpochMilli();

  private final Texts texts = new Texts();
  private final RecordEncoder encoder = new RecordEncoder(texts);
  private final Map<DelayPart, RecordPart> parts = new EnumMap<>(DelayPart.class);
  private final ConnectHeaders headers = new ConnectHeaders();
  private Long timestampMs = SENT_MS;
  private SchemaAndValue value = bytes("content");

  DelaysTest() {
    for (DelayPart part : DelayPart.values()) {
      parts.put(part, RecordPart.of(part.setting(), part.defaultPlace()));
    }
  }

  static Stream<Arguments> times() {
    return Stream.of(
        arguments("digits", text("1763661600000"), 1763661600000L),
        arguments("digits with space around", text(" 1763661600000\n"), 1763661600000L),
        arguments("digits as bytes", bytes("1763661600000"), 1763661600000L),
        arguments(
            "digits in a buffer",
            new SchemaAndValue(Schema.BYTES_SCHEMA, ByteBuffer.wrap("17".getBytes(UTF_8))),
            17L),
        arguments("long", new SchemaAndValue(Schema.INT64_SCHEMA, 1763661600000L), 1763661600000L),
        arguments("int", new SchemaAndValue(Schema.INT32_SCHEMA, 5), 5L),
        arguments("short", new SchemaAndValue(Schema.INT16_SCHEMA, (short) 5), 5L),
        arguments("byte", new SchemaAndValue(null, (byte) 5), 5L),
        arguments("the epoch", text("0"), 0L),
        arguments("instant", text("2026-11-20T18:00:00Z"), DUE_MS),
        arguments("instant as bytes", bytes("2026-11-20T18:00:00Z"), DUE_MS),
        arguments("offset", text("2026-11-20T20:00:00+02:00"), DUE_MS),
        arguments("offset, no seconds", text("2026-11-20T12:30-05:30"), DUE_MS),
        arguments("milliseconds", text("2026-11-20T18:00:00.250Z"), DUE_MS + 250),
        arguments("finer is later", text("2026-11-20T18:00:00.250000001Z"), DUE_MS + 251),
        arguments("timestamp", new SchemaAndValue(Timestamp.SCHEMA, new Date(DUE_MS)), DUE_MS),
        arguments("date without a schema", new SchemaAndValue(null, new Date(DUE_MS)), DUE_MS),
        arguments("the last", text("9999-12-31T23:59:59.999Z"), DueTime.MS_MAX));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("times")
  void timesAreReadInEachForm(String name, SchemaAndValue found, long dueMs) {
    headers.add("deliver.at", found);

    assertThat(event().dueTimeMs()).isEqualTo(dueMs);
  }

  static Stream<Arguments> noTimes() {
    return Stream.of(
        arguments(text("tomorrow"), "'tomorrow'"),
        arguments(text(""), "''"),
        arguments(text("-"), "'-'"),
        arguments(text("-1"), "'-1'"),
        arguments(text("1969-12-31T23:59:59Z"), "'1969-12-31T23:59:59Z'"),
        arguments(text("2026-11-20"), "'2026-11-20'"),
        arguments(text("2026-11-20T18:00:00"), "'2026-11-20T18:00:00'"),
        arguments(text("2026-02-30T18:00:00Z"), "'2026-02-30T18:00:00Z'"),
        arguments(text("+10000-01-01T00:00:00Z"), "'+10000-01-01T00:00:00Z'"),
        arguments(text("+999999999-01-01T00:00:00Z"), "'+999999999-01-01T00:00:00Z'"),
        arguments(text("1763661600000000"), "'1763661600000000'"),
        arguments(text("99999999999999999999"), "'99999999999999999999'"),
        arguments(text("1.5e12"), "'1.5e12'"),
        arguments(text("١٢"), "'١٢'"),
        arguments(new SchemaAndValue(null, -1L), "-1 (Long)"),
        arguments(new SchemaAndValue(null, Long.MAX_VALUE), "9223372036854775807 (Long)"),
        arguments(new SchemaAndValue(null, 1.5), "1.5 (Double)"),
        arguments(new SchemaAndValue(null, BigDecimal.ONE), "1 (BigDecimal)"),
        arguments(new SchemaAndValue(null, true), "true (Boolean)"),
        arguments(new SchemaAndValue(null, List.of(1)), "a List"),
        arguments(new SchemaAndValue(Time.SCHEMA, new Date(5)), "a Date"),
        arguments(bytes("soon"), "'soon' (as bytes)"),
        arguments(new SchemaAndValue(null, new byte[] {-1, 2}), "2 bytes ff02"),
        arguments(new SchemaAndValue(null, new byte[100]), "'????"),
        arguments(text("x".repeat(5000)), "xxx… (5000 characters)"));
  }

  @ParameterizedTest
  @MethodSource("noTimes")
  void whatIsNoTimeIsToldWithWhereItStandsAndWhatWasExpected(SchemaAndValue found, String shown) {
    headers.add("deliver.at", found);

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("header:deliver.at (delay.deliver.at): expected a time from 1970")
        .hasMessageContaining("found ")
        .hasMessageContaining(shown.startsWith("a List") ? "found a " : shown)
        .extracting(e -> e.getMessage().length())
        .satisfies(length -> assertThat(length).isLessThan(400));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1500, 1500",
    "PT0S, 0",
    "PT1H30M, 5400000",
    "P2D, 172800000",
    "P1DT1S, 86401000",
    "PT0.25S, 250",
    "PT0.2500001S, 251",
    "+5, 5"
  })
  void durationsCountFromTheRecordsTimestamp(String duration, long millis) {
    headers.add("deliver.after", text(duration));

    assertThat(event().dueTimeMs()).isEqualTo(SENT_MS + millis);
  }

  @ParameterizedTest
  @CsvSource({
    "soon",
    "-1",
    "PT-1S",
    "-PT0.0001S",
    "P1M",
    "P1Y",
    "1h",
    "253402300799999",
    "9223372036854775807",
    "9223372036854775808",
    "PT9223372036854775807S",
    "P999999999999999D"
  })
  void whatIsNoDurationIsTold(String duration) {
    headers.add("deliver.after", text(duration));

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("header:deliver.after (delay.deliver.after): expected a duration")
        .hasMessageContaining("found '" + duration + "'");
  }

  @Test
  void durationsMayBeIntegers() {
    headers.add("deliver.after", new SchemaAndValue(Schema.INT16_SCHEMA, (short) 250));

    assertThat(event().dueTimeMs()).isEqualTo(SENT_MS + 250);
  }

  @Test
  void aDurationNeedsATimestamp() {
    timestampMs = null;
    headers.add("deliver.after", text("PT5M"));

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("timestamp to count 'PT5M' from");
  }

  @Test
  void bothIsOneTooMany() {
    headers.add("deliver.at", text("17"));
    headers.add("deliver.after", text("17"));

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContainingAll("header:deliver.at", "header:deliver.after", "found both");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/5 * * * *                  | 2023-11-14T22:15:00Z",
        "0 9 * * 1-5                  | 2023-11-15T09:00:00Z",
        "TZ=Europe/Berlin 0 9 * * *   | 2023-11-15T08:00:00Z",
        "30 0 12 * * ? 2030           | 2030-01-01T12:00:30Z"
      })
  void aRepetitionBeginsWithItsFirstTimeBehindTheTimestamp(String cron, String first) {
    headers.add("schedule.cron", bytes(cron));

    assertThat(Instant.ofEpochMilli(event().dueTimeMs())).isEqualTo(first);
    assertThat(last(event())).isEqualTo(header(Reserved.SCHEDULE_CRON, Encoding.STRING, cron));
  }

  @Test
  void orWhenItIsSaidTo() {
    headers.add("schedule.cron", text("0 9 * * *"));
    headers.add("schedule.id", text("a"));
    headers.add("deliver.after", text("17"));

    assertThat(event().dueTimeMs()).isEqualTo(SENT_MS + 17);
    assertThat(last(event()))
        .isEqualTo(header(Reserved.SCHEDULE_CRON, Encoding.STRING, "0 9 * * *"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "daily                     | cron",
        "''                        | cron",
        "* * * *                   | there are 4 fields",
        "61 * * * *                | 61",
        "0 0 30 2 *                | never fires",
        "TZ=Mars/Olympus 0 9 * * * | Mars/Olympus",
        "0 0 12 * * ? 1999         | 1999",
        "0 0 12 * * ? 2020         | found none for"
      })
  void whatIsNoRepetitionIsTold(String cron, String told) {
    headers.add("schedule.cron", text(cron));

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("header:schedule.cron (delay.schedule.cron): ")
        .hasMessageContaining("expected")
        .hasMessageContaining(told);
  }

  @Test
  void aRepetitionNeedsATimestampOrAFirstTime() {
    timestampMs = null;
    headers.add("schedule.cron", text("0 9 * * *"));
    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("timestamp");

    headers.add("deliver.at", text("17"));
    assertThat(event().dueTimeMs()).isEqualTo(17);
  }

  @Test
  void ofHeadersOfOneNameTheLastCounts() {
    headers.add("deliver.at", text("nonsense"));
    headers.add("deliver.at", text("17"));

    assertThat(event().dueTimeMs()).isEqualTo(17);
  }

  @Test
  void aNullIsNothing() {
    headers.add("deliver.at", null, Schema.OPTIONAL_STRING_SCHEMA);
    headers.add("schedule.id", null, null);

    assertThat(event()).isEqualTo(encoder.encode(record()));
  }

  @Test
  void recordsThatSayNothingOfTimesStayAsTheyAre() {
    headers.add("color", text("red"));
    headers.add("schedule.id", text("x".repeat(5000)));
    headers.add("deliver.topic", text("///"));

    assertThat(event()).isEqualTo(encoder.encode(record()));
  }

  @Test
  void whatElseIsAskedForStandsInReservedHeadersBehindTheRecordsOwn() {
    headers.add("color", bytes("red"));
    headers.add("deliver.at", bytes("17"));
    headers.add("schedule.id", bytes("order-7"));
    headers.add("deliver.topic", bytes("reminders"));
    headers.add("deliver.key", bytes("customer-3"));

    Event event = event();

    assertThat(event.headers().asList())
        .containsExactly(
            header("color", Encoding.BYTES, "red"),
            header("deliver.at", Encoding.BYTES, "17"),
            header("schedule.id", Encoding.BYTES, "order-7"),
            header("deliver.topic", Encoding.BYTES, "reminders"),
            header("deliver.key", Encoding.BYTES, "customer-3"),
            header(Reserved.SCHEDULE_ID, Encoding.BYTES, "order-7"),
            header(Reserved.DELIVER_TOPIC, Encoding.STRING, "reminders"),
            header(Reserved.DELIVER_KEY, Encoding.BYTES, "customer-3"));
    assertThat(event)
        .isEqualTo(
            new Event(
                event.offset(),
                SENT_MS,
                io.varve.event.TimestampType.CREATE,
                Encoding.BYTES,
                "k".getBytes(UTF_8),
                Encoding.BYTES,
                "content".getBytes(UTF_8),
                event.headers(),
                null,
                17));
  }

  @Test
  void aKeyToDeliverWithKeepsItsSchema() {
    Schema schema = SchemaBuilder.struct().field("n", Schema.INT32_SCHEMA).build();
    Struct key = new Struct(schema).put("n", 7);
    headers.add("deliver.at", text("17"));
    headers.add("deliver.key", new SchemaAndValue(schema, key));

    Headers.Header stored = last(event());

    assertThat(stored.name()).isEqualTo(Reserved.DELIVER_KEY);
    assertThat(new ValueDecoder(texts).decode(stored.encoding(), stored.value()))
        .isEqualTo(new SchemaAndValue(schema, key));
  }

  static Stream<Arguments> ids() {
    return Stream.of(
        arguments(text("order 7"), "order 7"),
        arguments(text("€"), "€"),
        arguments(bytes("€"), "€"),
        arguments(new SchemaAndValue(Schema.INT8_SCHEMA, (byte) 42), "42"),
        arguments(new SchemaAndValue(Schema.INT64_SCHEMA, -5L), "-5"),
        arguments(text("x".repeat(1024)), "x".repeat(1024)));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void idsAreTheSameWhateverTheConverter(SchemaAndValue found, String id) {
    headers.add("deliver.at", text("17"));
    headers.add("schedule.id", found);

    assertThat(last(event())).isEqualTo(header(Reserved.SCHEDULE_ID, Encoding.BYTES, id));
  }

  @Test
  void tombstonesWithAnIdAndNoTimeCancel() {
    value = new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, null);
    headers.add("schedule.id", bytes("order-7"));

    assertThat(last(event())).isEqualTo(header(Reserved.SCHEDULE_ID, Encoding.BYTES, "order-7"));
    assertThat(event().dueTimeMs()).isEqualTo(Event.NOT_DELAYED);
    assertThat(Delays.cancels(event())).isTrue();
  }

  @Test
  void tombstonesWithATimeAreDelivered() {
    value = new SchemaAndValue(null, null);
    headers.add("schedule.id", bytes("order-7"));
    headers.add("deliver.at", bytes("17"));

    assertThat(event().dueTimeMs()).isEqualTo(17);
    assertThat(Delays.cancels(event())).isFalse();
  }

  @Test
  void tombstonesWithoutAnIdStayAsTheyAre() {
    value = new SchemaAndValue(null, null);
    headers.add("color", bytes("red"));

    assertThat(event()).isEqualTo(encoder.encode(record()));
    assertThat(Delays.cancels(event())).isFalse();
  }

  static Stream<Arguments> noIds() {
    return Stream.of(
        arguments(text(""), "1 to 1024 bytes, found 0 bytes"),
        arguments(bytes(""), "1 to 1024 bytes, found 0 bytes"),
        arguments(text("x".repeat(1025)), "found 1025 bytes: 'xxx"),
        arguments(text("€".repeat(342)), "found 1026 bytes"),
        arguments(new SchemaAndValue(null, 1.5), "expected text, bytes or an integer"),
        arguments(new SchemaAndValue(null, Map.of()), "expected text, bytes or an integer"));
  }

  @ParameterizedTest
  @MethodSource("noIds")
  void whatIsNoIdIsTold(SchemaAndValue found, String told) {
    headers.add("deliver.at", text("17"));
    headers.add("schedule.id", found);

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("header:schedule.id (delay.schedule.id): ")
        .hasMessageContaining(told);
  }

  @ParameterizedTest
  @CsvSource({"''", "a/b", ".", "..", "'a b'", "größe"})
  void whatIsNoTopicIsTold(String topic) {
    headers.add("deliver.at", text("17"));
    headers.add("deliver.topic", text(topic));

    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("header:deliver.topic (delay.deliver.topic): expected a topic's name")
        .hasMessageContaining("found '" + topic + "'");
  }

  @Test
  void fieldsOfTheValueServeAsWell() {
    Schema order =
        SchemaBuilder.struct()
            .field("deliverAt", Timestamp.builder().optional().build())
            .field("id", Schema.INT64_SCHEMA)
            .build();
    Schema schema = SchemaBuilder.struct().field("order", order).build();
    look(DelayPart.DELIVER_AT, "value:order.deliverAt");
    look(DelayPart.SCHEDULE_ID, "value:order.id");
    look(DelayPart.DELIVER_KEY, "value:order.id");
    look(DelayPart.DELIVER_TOPIC, "value:order.topic");
    Struct content = new Struct(order).put("deliverAt", new Date(DUE_MS)).put("id", 7L);
    value = new SchemaAndValue(schema, new Struct(schema).put("order", content));

    assertThat(event().dueTimeMs()).isEqualTo(DUE_MS);
    assertThat(event().headers().asList())
        .contains(header(Reserved.SCHEDULE_ID, Encoding.BYTES, "7"));
    Headers.Header key = last(event());
    assertThat(new ValueDecoder(texts).decode(key.encoding(), key.value()))
        .isEqualTo(new SchemaAndValue(Schema.INT64_SCHEMA, 7L));

    content.put("deliverAt", null);
    assertThat(event()).isEqualTo(encoder.encode(record()));
  }

  @Test
  void soDoMapsWithAndWithoutASchema() {
    look(DelayPart.DELIVER_AT, "value:order.at");
    Map<String, Object> order = new HashMap<>(Map.of("at", 17L));
    value = new SchemaAndValue(null, Map.of("order", order));
    assertThat(event().dueTimeMs()).isEqualTo(17);

    order.put("at", null);
    assertThat(event().dueTimeMs()).isEqualTo(Event.NOT_DELAYED);

    look(DelayPart.DELIVER_AT, "value:at");
    value =
        new SchemaAndValue(
            SchemaBuilder.map(Schema.STRING_SCHEMA, Timestamp.SCHEMA).build(),
            Map.of("at", new Date(DUE_MS)));
    assertThat(event().dueTimeMs()).isEqualTo(DUE_MS);
  }

  @Test
  void aWayThroughWhatHasNoFieldsIsTold() {
    look(DelayPart.DELIVER_AT, "value:order.at");
    assertThatThrownBy(this::event)
        .isInstanceOf(BadDelayException.class)
        .hasMessageContaining("value:order.at (delay.deliver.at): expected a struct or a map")
        .hasMessageContaining("'order' in, found 'content' (as bytes) as the value")
        .hasMessageContaining("value.converter");

    value = new SchemaAndValue(null, Map.of("order", "text"));
    assertThatThrownBy(this::event)
        .hasMessageContaining("the field 'at' in, found 'text' in the field 'order'");
  }

  @Test
  void theKeyServesAsAnId() {
    look(DelayPart.SCHEDULE_ID, "key");
    value = new SchemaAndValue(null, null);

    assertThat(last(event())).isEqualTo(header(Reserved.SCHEDULE_ID, Encoding.BYTES, "k"));
  }

  @Test
  void aPlaceThatIsNowhereIsNotLookedAt() {
    parts.remove(DelayPart.DELIVER_AT);
    headers.add("deliver.at", text("nonsense"));

    assertThat(event().dueTimeMs()).isEqualTo(Event.NOT_DELAYED);
  }

  private void look(DelayPart part, String place) {
    parts.put(part, RecordPart.of(part.setting(), place));
  }

  private Event event() {
    SinkRecord record = record();
    return new Delays(new DelaySettings(parts), encoder).apply(record, encoder.encode(record));
  }

  private SinkRecord record() {
    return new SinkRecord(
        "orders",
        0,
        Schema.OPTIONAL_BYTES_SCHEMA,
        "k".getBytes(UTF_8),
        value.schema(),
        value.value(),
        5,
        timestampMs,
        timestampMs == null ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
        headers.duplicate());
  }

  private static Headers.Header last(Event event) {
    List<Headers.Header> all = event.headers().asList();
    return all.get(all.size() - 1);
  }

  private static Headers.Header header(String name, Encoding encoding, String text) {
    return new Headers.Header(name, encoding, text.getBytes(UTF_8));
  }

  private static SchemaAndValue text(String text) {
    return new SchemaAndValue(Schema.STRING_SCHEMA, text);
  }

  private static SchemaAndValue bytes(String text) {
    return new SchemaAndValue(Schema.OPTIONAL_BYTES_SCHEMA, text.getBytes(UTF_8));
  }

  private static final class Texts implements SchemaTexts {
    private final Map<Long, byte[]> texts = new HashMap<>();

    @Override
    public byte[] get(long fingerprint) {
      return texts.get(fingerprint);
    }

    @Override
    public void put(long fingerprint, byte[] text) {
      texts.put(fingerprint, text);
    }
  }
}
