package io.varve.flink.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.flink.source.Archive;
import io.varve.flink.source.avro.StoredAvro;
import io.varve.flink.source.group.CommittedPlaces;
import io.varve.query.ValueFields;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions on fields of values: what of a stream is read for them, and that nothing is lost. */
class FilterPushDownTest {

  private static final int CONDITIONS = Integer.getInteger("varve.sql.conditions", 150);
  private static final int CONDITIONS_PER_JOB = 30;
  private static final long SEED = Long.getLong("varve.sql.seed", 7);

  private static final String NAN = "CAST(d AS STRING) = 'NaN' OR CAST(f AS STRING) = 'NaN'";

  private static final Schema ORDER =
      SchemaBuilder.record("Order")
          .fields()
          .requiredLong("id")
          .requiredString("customer")
          .requiredString("note")
          .endRecord();

  private static final String ORDERS =
      "id BIGINT, customer STRING, note STRING, o BIGINT METADATA FROM 'offset'";

  @TempDir Path folder;

  private TableEnvironment tables;

  @BeforeEach
  void environment() {
    Configuration configuration = new Configuration();
    ShownMetrics.use(configuration);
    tables =
        TableEnvironment.create(
            EnvironmentSettings.newInstance()
                .inBatchMode()
                .withConfiguration(configuration)
                .build());
    tables.getConfig().set("parallelism.default", "1");
    tables.getConfig().set("table.local-time-zone", "UTC");
  }

  private void table(String name, String columns, String more) {
    tables.executeSql(
        "CREATE TABLE "
            + name
            + " ("
            + columns
            + ") WITH ('connector' = 'varve', 'store.path' = '"
            + folder
            + "', 'streams' = '"
            + name
            + "'"
            + more
            + ")");
  }

  private List<Row> rows(String query) {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> results = tables.executeSql(query).collect()) {
      results.forEachRemaining(rows::add);
    } catch (Exception e) {
      throw new IllegalStateException(query, e);
    }
    return rows;
  }

  private List<Long> offsets(String query) {
    return rows(query).stream().map(row -> (Long) row.getField(0)).sorted().toList();
  }

  private static void index(Archive archive, String stream, List<String> fields) {
    archive.store().fieldIndexes().define(stream, fields);
    archive
        .store()
        .fieldIndexes()
        .build(
            new StreamPartition(stream, 1, 0),
            new ValueFields(archive.store().schemas()),
            (events, bytes, left) -> {},
            () -> true);
  }

  private Archive orders(int count) {
    LogSettings small = LogSettings.defaults().withBatchBytes(2048).withSegmentBytes(128 << 10);
    Archive archive = new Archive(folder, small);
    LogWriter writer = archive.writer("orders", 0);
    for (long id = 0; id < count; id++) {
      writer.append(order(archive, id, "c-" + id % 10_000));
    }
    writer.sync();
    return archive;
  }

  private static Event order(Archive archive, long id, String customer) {
    byte[] value =
        StoredAvro.value(
            archive.store(),
            ORDER,
            new GenericRecordBuilder(ORDER)
                .set("id", id)
                .set("customer", customer)
                .set("note", "what there is to say of " + id)
                .build());
    return avro(id, value);
  }

  private static Event avro(long offset, byte[] value) {
    return new Event(
        offset,
        Archive.FIRST_MS + offset,
        TimestampType.CREATE,
        Encoding.NONE,
        null,
        Encoding.AVRO,
        value,
        Headers.builder().build(),
        null,
        Event.NOT_DELAYED);
  }

  @Test
  void anIndexedFieldLeadsToTheBatchesThatMayHoldARow() {
    try (Archive archive = orders(20_000)) {
      index(archive, "orders", List.of("value.customer"));
      table("orders", ORDERS, ", 'format' = 'varve-avro'");
      String query = "SELECT o FROM orders WHERE customer = 'c-77'";

      assertThat(offsets(query)).containsExactly(77L, 10_077L);
      long all = archive.store().stats(new StreamPartition("orders", 1, 0)).bytes();
      assertThat(ShownMetrics.sum("storedBytesRead")).isBetween(1L, all / 4);
      // What indexes lead to, and the segment that is being written, which has none.
      assertThat(ShownMetrics.sum("eventsPassedBy")).isBetween(1L, 5_000L);
      assertThat(tables.explainSql(query)).contains("filter=[").contains("customer");
    }
  }

  @Test
  void withoutAnIndexAllIsReadAndLittleIsDecoded() {
    try (Archive archive = orders(5_000)) {
      table("orders", ORDERS, ", 'format' = 'varve-avro'");

      assertThat(offsets("SELECT o FROM orders WHERE id BETWEEN 70 AND 72 AND note LIKE 'what%'"))
          .containsExactly(70L, 71L, 72L);
      assertThat(ShownMetrics.sum("eventsPassedBy")).isEqualTo(4_997);
    }
  }

  @Test
  void aPatternMayHaveAnEscapeAndABackslashIsNoneByItself() {
    try (Archive archive = new Archive(folder)) {
      List<String> customers = List.of("a_bX", "a!_b", "acbX", "a\\_b", "a\\cb", "bX");
      LogWriter writer = archive.writer("orders", 0);
      customers.forEach(customer -> writer.append(order(archive, writer.nextOffset(), customer)));
      writer.sync();
      index(archive, "orders", List.of("value.customer"));
      table("orders", ORDERS, ", 'format' = 'varve-avro'");

      assertThat(liked("'a!_b%' ESCAPE '!'")).containsExactly("a_bX");
      assertThat(liked("'a\\_b%' ESCAPE '\\'")).containsExactly("a_bX");
      assertThat(liked("'aa_b%' ESCAPE 'a'")).containsExactly("a_bX", "acbX");
      assertThat(liked("'bb%' ESCAPE 'b'")).containsExactly("bX");
      assertThat(liked("'a\\_b%'")).containsExactly("a\\_b", "a\\cb");
      assertThat(liked("'a_b%'")).containsExactly("a_bX", "acbX");
    }
  }

  private List<String> liked(String pattern) {
    return rows("SELECT customer FROM orders WHERE customer LIKE " + pattern).stream()
        .map(row -> (String) row.getField(0))
        .toList();
  }

  @Test
  void aLimitIsReadAndNotWhatLiesBehindIt() {
    try (Archive archive = orders(20_000)) {
      table("orders", ORDERS, ", 'format' = 'varve-avro'");

      assertThat(offsets("SELECT o FROM orders WHERE o >= 500 LIMIT 5"))
          .containsExactly(500L, 501L, 502L, 503L, 504L);
      assertThat(ShownMetrics.sum("storedBytesRead")).isBetween(1L, bytes(archive, 0) / 20);
    }
  }

  @Test
  void offsetsThatAreBoundedAreReadAndNoOthers() {
    try (Archive archive = orders(20_000)) {
      table("orders", ORDERS, ", 'format' = 'varve-avro'");

      assertThat(offsets("SELECT o FROM orders WHERE o > 15000 AND o <= 15003"))
          .containsExactly(15_001L, 15_002L, 15_003L);
      assertThat(ShownMetrics.sum("storedBytesRead")).isBetween(1L, bytes(archive, 0) / 20);
    }
  }

  @Test
  void timesThatAreBoundedAreReadAndNoOthers() {
    try (Archive archive = orders(20_000)) {
      table(
          "orders",
          ORDERS + ", t TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'",
          ", 'format' = 'varve-avro'");
      String time = "TO_TIMESTAMP_LTZ(" + (Archive.FIRST_MS + 15_000) + ", 3)";

      assertThat(
              offsets(
                  "SELECT o FROM orders WHERE t >= "
                      + time
                      + " AND t < "
                      + time.replace("15000", "15002")))
          .containsExactly(15_000L, 15_001L);
      assertThat(ShownMetrics.sum("storedBytesRead")).isBetween(1L, bytes(archive, 0) / 20);
    }
  }

  @Test
  void aPartitionIsReadAndNotTheOthers() {
    try (Archive archive = orders(5_000)) {
      archive.append("orders", 1, order(archive, 0, "c-1"));
      archive.append("orders", 7, order(archive, 0, "c-7"));
      table("orders", ORDERS + ", p INT METADATA FROM 'partition'", ", 'format' = 'varve-avro'");

      assertThat(rows("SELECT customer FROM orders WHERE p IN (1, 2, 7)"))
          .containsExactlyInAnyOrder(Row.of("c-1"), Row.of("c-7"));
      assertThat(ShownMetrics.sum("storedBytesRead"))
          .isBetween(1L, bytes(archive, 1) + bytes(archive, 7));
    }
  }

  private static long bytes(Archive archive, int partition) {
    return archive.store().stats(new StreamPartition("orders", 1, partition)).bytes();
  }

  @Test
  void columnsThatAreNotSelectedAreNotDecoded() {
    try (Archive archive = orders(2)) {
      // Nothing can be read as its note.
      table("orders", ORDERS.replace("note STRING", "note INT"), ", 'format' = 'varve-avro'");
      assertThat(rows("SELECT id, o FROM orders WHERE customer = 'c-1'"))
          .containsExactly(Row.of(1L, 1L));
      assertThatThrownBy(() -> rows("SELECT note FROM orders"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("'note' was written as \"string\""));

      // Nor anything as this value.
      archive.append("orders", 0, avro(2, Arrays.copyOf(order(archive, 2, "c-2").value(), 12)));
      assertThat(offsets("SELECT o FROM orders")).containsExactly(0L, 1L, 2L);
      assertThat(rows("SELECT COUNT(o) FROM orders")).containsExactly(Row.of(3L));
      // Flink counts rows by the table's first column.
      assertThat(tables.explainSql("SELECT COUNT(*) FROM orders")).contains("project=[id]");
      assertThatThrownBy(() -> rows("SELECT id, customer FROM orders"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("offset 2 of orders-0"));
    }
  }

  @Test
  void anExpressionInTheOptionsChoosesRowsAndUsesIndexes() {
    try (Archive archive = orders(20_000)) {
      index(archive, "orders", List.of("value.customer"));
      table(
          "orders",
          ORDERS,
          ", 'format' = 'varve-avro', 'scan.filter' = 'value.customer == \"c-77\" // one'");

      assertThat(offsets("SELECT o FROM orders WHERE id > 5000 AND o < 12000"))
          .containsExactly(10_077L);
      assertThat(rows("SELECT COUNT(*) FROM orders")).containsExactly(Row.of(2L));
      long all = archive.store().stats(new StreamPartition("orders", 1, 0)).bytes();
      assertThat(ShownMetrics.sum("storedBytesRead")).isBetween(1L, all / 3);
    }
  }

  @Test
  void anExpressionWorksForOtherFormatsToo() {
    try (Archive archive =
        new Archive(folder)
            .fill("orders", 0, 100, offset -> Archive.text("{\"id\": " + offset + "}"))) {
      table("orders", "id BIGINT", ", 'format' = 'json', 'scan.filter' = 'value.id in [3, 99]'");

      assertThat(rows("SELECT id FROM orders")).containsExactly(Row.of(3L), Row.of(99L));
    }
  }

  @Test
  void aMistakeInAnExpressionIsToldWithItsPlace() {
    try (Archive archive = orders(1)) {
      table("orders", ORDERS, ", 'format' = 'varve-avro', 'scan.filter' = 'value.id == '");

      assertThatThrownBy(() -> tables.executeSql("SELECT * FROM orders"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("The filter is wrong at line 1, column 13"));
    }
  }

  @Test
  void conditionsOnColumnsOfOtherFormatsStayWithFlink() {
    try (Archive archive =
        new Archive(folder)
            .fill(
                "orders", 0, 9, offset -> Archive.text("{\"id\": \"" + offset + "\", \"n\": 1}"))) {
      table("orders", "id BIGINT, n INT", ", 'format' = 'json'");

      // Its JSON reads a number from a text.
      assertThat(rows("SELECT id FROM orders WHERE id = 5")).containsExactly(Row.of(5L));
      assertThat(ShownMetrics.sum("eventsPassedBy")).isZero();
    }
  }

  @Test
  void valuesThatAreNotAvroFailTheQueryThoughAConditionWouldLeaveThemOut() {
    try (Archive archive = new Archive(folder).fill("orders", 0, 3)) {
      table("orders", ORDERS, ", 'format' = 'varve-avro'");

      assertThatThrownBy(() -> rows("SELECT o FROM orders WHERE customer = 'c-1'"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("offset 0 of orders-0")
                      .contains("the value is stored as BYTES"));
    }
  }

  @Test
  void conditionsOfATableWithWatermarksArePushedDownToo() {
    try (Archive archive = orders(100)) {
      tables = TableEnvironment.create(EnvironmentSettings.newInstance().inStreamingMode().build());
      table(
          "orders",
          ORDERS
              + ", t TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',"
              + " WATERMARK FOR t AS t - INTERVAL '5' SECOND",
          ", 'format' = 'varve-avro', 'scan.bounded.mode' = 'latest-offset',"
              + " 'scan.watermark.idle-timeout' = '1 s'");
      String query = "SELECT o FROM orders WHERE id IN (5, 7)";

      assertThat(offsets(query)).containsExactly(5L, 7L);
      assertThat(tables.explainSql(query)).contains("watermark=[").contains("filter=[");
    }
  }

  @Test
  void aTableGoesOnWhereItsGroupIs() {
    try (Archive archive = orders(100)) {
      CommittedPlaces.commit(
          archive.store(), "g", Map.of(new StreamPartition("orders", 1, 0), 97L));
      table(
          "orders",
          ORDERS,
          ", 'format' = 'varve-avro', 'scan.startup.mode' = 'group-offsets', 'group.id' = 'g'");

      assertThat(offsets("SELECT o FROM orders")).containsExactly(97L, 98L, 99L);
      assertThat(
              offsets(
                  "SELECT o FROM orders /*+ OPTIONS('scan.startup.mode' = 'earliest-offset',"
                      + " 'scan.bounded.mode' = 'group-offsets') */ WHERE id >= 95"))
          .containsExactly(95L, 96L);
      assertThatThrownBy(() -> rows("SELECT o FROM orders /*+ OPTIONS('group.id' = 'other') */"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("'group.offset-reset' = 'earliest'"));
      assertThat(
              rows(
                  "SELECT COUNT(*) FROM orders /*+ OPTIONS('group.id' = 'other',"
                      + " 'group.offset-reset' = 'earliest') */"))
          .containsExactly(Row.of(100L));
    }
  }

  @Test
  void randomConditionsGiveTheRowsThatTheyGiveWithoutPushingDown() {
    try (Archive archive = mixed()) {
      MixedRows random = new MixedRows(SEED);
      Set<Long> notNumbers = Set.copyOf(offsets("SELECT o FROM mixed WHERE " + NAN));
      assertThat(notNumbers).isNotEmpty();
      for (int done = 0; done < CONDITIONS; done += CONDITIONS_PER_JOB) {
        List<String> conditions =
            IntStream.range(0, CONDITIONS_PER_JOB).mapToObj(i -> random.condition(3)).toList();
        Map<Integer, List<Long>> pushed = chosen("mixed", conditions);
        Map<Integer, List<Long>> declined = chosen("declining", conditions);
        Map<Integer, List<Long>> expected = trueOf(conditions);
        for (int i = 0; i < conditions.size(); i++) {
          List<Long> rows = pushed.getOrDefault(i, List.of());
          String what =
              "-Dvarve.sql.seed=%d, condition %d: %s".formatted(SEED, done + i, conditions.get(i));
          assertThat(rows).as(what).isEqualTo(declined.getOrDefault(i, List.of()));
          // What is true of a NaN is another thing in each of Flink's plans.
          assertThat(without(notNumbers, rows))
              .as(what)
              .isEqualTo(without(notNumbers, expected.getOrDefault(i, List.of())));
        }
      }
      assertThat(ShownMetrics.sum("eventsPassedBy")).isGreaterThan(100L * CONDITIONS);
    }
  }

  @Test
  void whereFlinkTakesANaNForANumberItIsNotPassedBy() {
    try (Archive archive = mixed()) {
      // d >= 3 OR d <= 5 becomes d IS NOT NULL, in the form that conditions have for a source.
      List<String> conditions =
          List.of(
              "NOT (d < 3) OR (d <= 5 AND b)",
              "d > 5 OR (d <= 7 AND b)",
              "(d <= 5 AND b) OR (d > 1 AND i < 4)",
              "NOT (f > CAST(3 AS FLOAT)) OR (f > CAST(1 AS FLOAT) AND b)");
      Map<Integer, List<Long>> chosen = chosen("mixed", conditions);

      assertThat(chosen).isEqualTo(chosen("declining", conditions));
      assertThat(chosen.get(0)).containsAnyElementsOf(offsets("SELECT o FROM mixed WHERE " + NAN));
    }
  }

  private static List<Long> without(Set<Long> some, List<Long> offsets) {
    return offsets.stream().filter(offset -> !some.contains(offset)).toList();
  }

  /** Rows of several schemas in the table {@code mixed}, and {@code declining} over the same. */
  private Archive mixed() {
    LogSettings small = LogSettings.defaults().withBatchBytes(1024).withSegmentBytes(32 << 10);
    Archive archive = new Archive(folder, small);
    MixedRows mixed = new MixedRows(SEED);
    mixed.append(archive, "mixed", 2_000);
    index(archive, "mixed", MixedRows.FIELDS.stream().map(name -> "value." + name).toList());
    mixed.append(archive, "mixed", 200);
    table("mixed", MixedRows.COLUMNS, ", 'format' = 'varve-avro'");
    tables.executeSql(
        "CREATE TABLE declining WITH ('connector' = '"
            + DecliningTables.IDENTIFIER
            + "') LIKE mixed (OVERWRITING OPTIONS)");
    return archive;
  }

  /** Which rows of a table each condition chooses. */
  private Map<Integer, List<Long>> chosen(String table, List<String> conditions) {
    String query =
        IntStream.range(0, conditions.size())
            .mapToObj(i -> "SELECT " + i + ", o FROM " + table + " WHERE " + conditions.get(i))
            .collect(Collectors.joining(" UNION ALL "));
    Map<Integer, List<Long>> offsets = new TreeMap<>();
    for (Row row : rows(query)) {
      offsets
          .computeIfAbsent((Integer) row.getField(0), i -> new ArrayList<>())
          .add((Long) row.getField(1));
    }
    offsets.values().forEach(list -> list.sort(null));
    return offsets;
  }

  /** Of which rows each condition is true, by itself and not as a query's. */
  private Map<Integer, List<Long>> trueOf(List<String> conditions) {
    String query =
        IntStream.range(0, conditions.size())
            .mapToObj(i -> "(" + conditions.get(i) + ") IS TRUE")
            .collect(Collectors.joining(", ", "SELECT o, ", " FROM mixed"));
    Map<Integer, List<Long>> offsets = new TreeMap<>();
    for (Row row : rows(query)) {
      for (int i = 0; i < conditions.size(); i++) {
        if (Boolean.TRUE.equals(row.getField(i + 1))) {
          offsets.computeIfAbsent(i, n -> new ArrayList<>()).add((Long) row.getField(0));
        }
      }
    }
    offsets.values().forEach(list -> list.sort(null));
    return offsets;
  }
}
