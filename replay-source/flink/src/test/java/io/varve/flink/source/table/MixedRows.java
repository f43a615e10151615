package io.varve.flink.source.table;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.flink.source.Archive;
import io.varve.flink.source.avro.StoredAvro;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * Events whose values come of several schemas and of none, and random conditions on them. Texts are
 * such as could break out of a quoted one, or be taken for another type.
 */
final class MixedRows {

  static final String COLUMNS =
      "i INT, l BIGINT, d DOUBLE, f FLOAT, s STRING, b BOOLEAN, ts TIMESTAMP_LTZ(3), dt DATE,"
          + " dc DECIMAL(10, 2), r ROW<x INT, y STRING>, o BIGINT METADATA FROM 'offset',"
          + " t TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'";

  static final List<String> FIELDS =
      List.of("i", "l", "d", "f", "s", "b", "ts", "dt", "dc", "r.x", "r.y");

  private static final String[] TEXTS = {
    "",
    "a",
    "ab",
    "PAID",
    "it's",
    "a\"b",
    "a\\b",
    "\" || true || \"",
    "') || true || ('",
    "// \n",
    "%",
    "a_b",
    "5",
    "-1",
    "1.5",
    "true",
    "null",
    "{\"x\":1}",
    "[5]",
    "é",
    "\ufffd",
    "\uffee",
    "\ud83d\ude00",
    "zz"
  };

  private static final long[] LONGS = {
    0,
    1,
    -1,
    2,
    3,
    5,
    100,
    19_723,
    Integer.MAX_VALUE,
    9_007_199_254_740_992L,
    9_007_199_254_740_993L,
    Long.MAX_VALUE
  };

  private static final double[] DOUBLES = {
    0.0,
    -0.0,
    0.1,
    0.5,
    1.5,
    3,
    5,
    -2.25,
    1e10,
    9_007_199_254_740_992.0,
    1e300,
    Double.NaN,
    Double.POSITIVE_INFINITY
  };

  private static final Schema FULL =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Full","fields":[
                {"name":"i","type":["null","int"]},
                {"name":"l","type":["null","long"]},
                {"name":"d","type":["null","double"]},
                {"name":"f","type":["null","float"]},
                {"name":"s","type":["null","string"]},
                {"name":"b","type":["null","boolean"]},
                {"name":"ts","type":["null",{"type":"long","logicalType":"timestamp-millis"}]},
                {"name":"dt","type":["null",{"type":"int","logicalType":"date"}]},
                {"name":"dc","type":["null",{"type":"bytes","logicalType":"decimal",
                  "precision":12,"scale":3}]},
                {"name":"r","type":["null",{"type":"record","name":"R","fields":[
                  {"name":"x","type":["null","int"]},{"name":"y","type":"string"}]}]}]}
              """);

  /** The same names with other types that the columns can be read from, and some missing. */
  private static final Schema OTHER =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Other","fields":[
                {"name":"more","type":"string"},
                {"name":"i","type":{"type":"int","logicalType":"date"}},
                {"name":"l","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"d","type":"float"},
                {"name":"s","type":{"type":"enum","name":"E","symbols":["PAID","a","zz"]}},
                {"name":"ts","type":["null",{"type":"long","logicalType":"timestamp-micros"}]},
                {"name":"dt","type":"int"}]}
              """);

  private static final Schema ANY =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"io.varve.connect.Any","fields":[{"name":"value","type":[
              "null","boolean","int","long","float","double","bytes","string",
              {"type":"record","name":"Int8","fields":[{"name":"value","type":"int"}]},
              {"type":"record","name":"Int16","fields":[{"name":"value","type":"int"}]},
              {"type":"record","name":"Decimal","fields":[{"name":"unscaled","type":"bytes"},
                {"name":"scale","type":"int"}]},
              {"type":"record","name":"Date","fields":[{"name":"value",
                "type":{"type":"long","logicalType":"timestamp-millis"}}]},
              {"type":"array","items":"Any"},{"type":"map","values":"Any"},
              {"type":"record","name":"Map","fields":[{"name":"entries","type":{"type":"array",
                "items":{"type":"record","name":"Entry","fields":[{"name":"key","type":"Any"},
                  {"name":"value","type":"Any"}]}}}]}]}]}
              """);

  private static final long DAY_MS = 86_400_000L;
  private static final long FIRST_DAY = 19_723;

  private final Random random;

  MixedRows(long seed) {
    random = new Random(seed);
  }

  /** Appends events; some have no value, some no timestamp. */
  void append(Archive archive, String stream, int count) {
    var writer = archive.writer(stream, 0);
    for (int n = 0; n < count; n++) {
      boolean timed = random.nextInt(10) > 0;
      byte[] value = value(archive);
      writer.append(
          new Event(
              writer.nextOffset(),
              timed ? Archive.FIRST_MS + random.nextInt(1_000_000) : Event.NO_TIMESTAMP,
              timed ? TimestampType.CREATE : TimestampType.NONE,
              Encoding.NONE,
              null,
              value == null ? Encoding.NONE : Encoding.AVRO,
              value,
              Headers.builder().build(),
              null,
              Event.NOT_DELAYED));
    }
    writer.sync();
  }

  private byte @Nullable [] value(Archive archive) {
    return switch (random.nextInt(8)) {
      case 0 -> null;
      case 1, 2 -> StoredAvro.value(archive.store(), OTHER, other());
      case 3, 4 -> StoredAvro.value(archive.store(), ANY, any(anyRow()));
      default -> StoredAvro.value(archive.store(), FULL, full());
    };
  }

  private <T> @Nullable T maybe(T value) {
    return random.nextInt(5) == 0 ? null : value;
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  /** Flink orders texts by UTF-8 or by UTF-16, as it has them; so only such as that is one of. */
  private String ordered(String operator) {
    String text = text();
    while (!operator.equals("=") && text.chars().anyMatch(c -> c >= 0xd800)) {
      text = text();
    }
    return text;
  }

  private long number() {
    return random.nextInt(3) == 0 ? LONGS[random.nextInt(LONGS.length)] : random.nextInt(8);
  }

  private int small() {
    long number = number();
    return number == (int) number ? (int) number : 7;
  }

  private double fraction() {
    return DOUBLES[random.nextInt(DOUBLES.length)];
  }

  private long timeMs() {
    return (FIRST_DAY + random.nextInt(5)) * DAY_MS + random.nextInt(3) * 500L;
  }

  private GenericData.Record full() {
    GenericData.Record record = new GenericData.Record(FULL);
    record.put("i", maybe(small()));
    record.put("l", maybe(number()));
    record.put("d", maybe(fraction()));
    record.put("f", maybe((float) fraction()));
    record.put("s", maybe(text()));
    record.put("b", maybe(random.nextBoolean()));
    record.put("ts", maybe(timeMs()));
    record.put("dt", maybe((int) FIRST_DAY + random.nextInt(5)));
    record.put(
        "dc", maybe(ByteBuffer.wrap(BigInteger.valueOf(random.nextInt(6) * 5L).toByteArray())));
    if (random.nextBoolean()) {
      GenericData.Record inner =
          new GenericData.Record(FULL.getField("r").schema().getTypes().get(1));
      inner.put("x", maybe(small()));
      inner.put("y", text());
      record.put("r", inner);
    }
    return record;
  }

  private GenericData.Record other() {
    GenericData.Record record = new GenericData.Record(OTHER);
    record.put("more", text());
    record.put("i", random.nextBoolean() ? (int) FIRST_DAY : random.nextInt(5));
    record.put("l", random.nextBoolean() ? 5L : number() / 1000);
    record.put("d", (float) fraction());
    record.put(
        "s",
        new GenericData.EnumSymbol(
            OTHER.getField("s").schema(), List.of("PAID", "a", "zz").get(random.nextInt(3))));
    record.put("ts", maybe(timeMs() * 1000 + random.nextInt(3)));
    record.put("dt", (int) FIRST_DAY + random.nextInt(5));
    return record;
  }

  /** What the columns can be read from, and any type for the text. */
  private Map<String, @Nullable Object> anyRow() {
    Map<String, @Nullable Object> row = new TreeMap<>();
    row.put("i", maybe((Object) small()));
    row.put("l", maybe((Object) number()));
    row.put(
        "d", maybe(random.nextBoolean() ? (Object) fraction() : (Object) Long.valueOf(number())));
    row.put(
        "s",
        switch (random.nextInt(8)) {
          case 0 -> (Object) Long.valueOf(5);
          case 1 -> (Object) Boolean.TRUE;
          case 2 -> (Object) List.of(5L);
          case 3 -> (Object) new TreeMap<>(Map.of("x", 1L));
          case 4 -> (Object) Double.valueOf(1.5);
          case 5 -> (Object) ByteBuffer.wrap(new byte[] {1, 2});
          default -> (Object) text();
        });
    row.put("b", maybe((Object) random.nextBoolean()));
    row.put("f", maybe((Object) fraction()));
    row.put("dc", maybe(random.nextBoolean() ? (Object) 1.255 : (Object) 2L));
    if (random.nextBoolean()) {
      row.put("r", new TreeMap<>(Map.of("x", (Object) small(), "y", (Object) text())));
    }
    if (random.nextInt(3) == 0) {
      row.keySet().removeIf(name -> random.nextBoolean());
    }
    return row;
  }

  /** A value as the schema without a schema has it. */
  private static GenericData.Record any(@Nullable Object value) {
    GenericData.Record record = new GenericData.Record(ANY);
    Object held = value;
    if (value instanceof List<?> list) {
      held =
          new GenericData.Array<>(
              ANY.getField("value").schema().getTypes().get(12),
              list.stream().map(MixedRows::any).toList());
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> all = new TreeMap<>();
      map.forEach((name, each) -> all.put(String.valueOf(name), any(each)));
      held = all;
    }
    record.put("value", held);
    return record;
  }

  /** A random condition in SQL. */
  String condition(int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return leaf();
    }
    return switch (random.nextInt(5)) {
      case 0 -> "NOT (" + condition(depth - 1) + ")";
      case 1, 2 -> "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
      default -> "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
    };
  }

  private String leaf() {
    String[] operators = {"=", "<>", "<", "<=", ">", ">="};
    String operator = operators[random.nextInt(operators.length)];
    return switch (random.nextInt(18)) {
      case 0 -> "i " + operator + " " + small();
      case 1 -> "l " + operator + " " + literal(number());
      case 2 -> literal(number()) + " " + operator + " l";
      case 3 -> "d " + operator + " " + approximate();
      case 4 -> "d " + operator + " " + random.nextInt(6);
      case 5 -> "f " + operator + " CAST(" + approximate() + " AS FLOAT)";
      case 6 -> "i " + operator + " " + decimal();
      case 7 -> "s " + operator + " " + quoted(ordered(operator));
      case 8 -> "s IN (" + list(() -> quoted(text())) + ")";
      case 9 ->
          "l "
              + (random.nextBoolean() ? "NOT " : "")
              + "IN ("
              + list(() -> literal(number()))
              + ")";
      case 10 -> "s " + (random.nextBoolean() ? "NOT " : "") + "LIKE " + pattern();
      case 11 ->
          random.nextBoolean() ? "b" : "b IS " + (random.nextBoolean() ? "NOT " : "") + "TRUE";
      case 12 -> "ts " + operator + " TO_TIMESTAMP_LTZ(" + timeMs() + ", 3)";
      case 13 ->
          "dt " + operator + " DATE '" + LocalDate.ofEpochDay(FIRST_DAY + random.nextInt(5)) + "'";
      case 14 -> "dc " + operator + " " + decimal();
      case 15 ->
          FIELDS.get(random.nextInt(9)) + " IS " + (random.nextBoolean() ? "NOT " : "") + "NULL";
      case 16 ->
          random.nextBoolean()
              ? "i BETWEEN " + random.nextInt(4) + " AND " + random.nextInt(8)
              : "o " + operator + " " + random.nextInt(2000);
      default ->
          switch (random.nextInt(4)) {
            case 0 -> "r.x " + operator + " " + small();
            case 1 -> "r.y " + operator + " " + quoted(ordered(operator));
            case 2 -> "r.x IS " + (random.nextBoolean() ? "NOT " : "") + "NULL";
            default -> "r IS " + (random.nextBoolean() ? "NOT " : "") + "NULL";
          };
    };
  }

  /** What begins with a text, whose signs have a meaning in it or are escaped. */
  private String pattern() {
    String text = text();
    if (random.nextBoolean()) {
      return quoted(text + "%");
    }
    String escape = random.nextBoolean() ? "!" : "a";
    return quoted(text.replaceAll("[%_" + escape + "]", escape + "$0") + "%")
        + " ESCAPE "
        + quoted(escape);
  }

  private static String list(java.util.function.Supplier<String> element) {
    return IntStream.range(0, 3).mapToObj(i -> element.get()).collect(Collectors.joining(", "));
  }

  private static String literal(long number) {
    return Long.toString(number);
  }

  private String approximate() {
    double number = fraction();
    // Flink can't plan conditions with constants beyond what a FLOAT holds.
    if (!Double.isFinite(number) || number > 1e30) {
      return "1E30";
    }
    String text = Double.toString(number);
    return text.contains("E") ? text : text + "E0";
  }

  private String decimal() {
    return BigDecimal.valueOf(random.nextInt(4_000), 3).toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
