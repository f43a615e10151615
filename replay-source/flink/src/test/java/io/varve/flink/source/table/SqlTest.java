package io.varve.flink.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.flink.source.Archive;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams as tables of Flink SQL. */
class SqlTest {

  @TempDir Path folder;

  private TableEnvironment tables;

  @BeforeEach
  void environment() {
    tables = TableEnvironment.create(EnvironmentSettings.inBatchMode());
    tables.getConfig().set("parallelism.default", "1");
    tables.getConfig().set("table.local-time-zone", "UTC");
  }

  private void table(String name, String columns, String options) {
    tables.executeSql(
        "CREATE TABLE "
            + name
            + " ("
            + columns
            + ") WITH ('connector' = 'varve', 'store.path' = '"
            + folder
            + "', "
            + options
            + ")");
  }

  private List<Row> rows(String query) {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> results = tables.executeSql(query).collect()) {
      results.forEachRemaining(rows::add);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  private static byte[] json(long offset) {
    return Archive.text(
        "{\"id\": " + offset + ", \"name\": \"n" + offset + "\", \"amount\": " + offset * 2 + "}");
  }

  @Test
  void valuesInJsonAreRows() {
    try (Archive archive = new Archive(folder).fill("orders", 0, 3, SqlTest::json)) {
      table("orders", "id BIGINT, name STRING, amount INT", "'streams'='orders', 'format'='json'");

      assertThat(rows("SELECT * FROM orders"))
          .containsExactly(Row.of(0L, "n0", 0), Row.of(1L, "n1", 2), Row.of(2L, "n2", 4));
      assertThat(rows("SELECT amount, id FROM orders WHERE amount > 3"))
          .containsExactly(Row.of(4, 2L));
      assertThat(rows("SELECT SUM(amount) FROM orders")).containsExactly(Row.of(6));
    }
  }

  @Test
  void metadataColumnsAreThoseOfTheEvent() {
    try (Archive archive = new Archive(folder)) {
      archive.append(
          "orders",
          3,
          new Event(
              0,
              Archive.FIRST_MS,
              TimestampType.LOG_APPEND,
              Encoding.BYTES,
              Archive.text("k"),
              Encoding.BYTES,
              json(7),
              Headers.builder().add("h", Archive.text("1")).add("varve.release", null).build(),
              null,
              Event.NOT_DELAYED));
      table(
          "orders",
          "id BIGINT, s STRING METADATA FROM 'stream', g INT METADATA FROM 'generation',"
              + " p BIGINT METADATA FROM 'partition', `offset` BIGINT METADATA,"
              + " `timestamp` TIMESTAMP_LTZ(3) METADATA, tt STRING METADATA FROM 'timestamp-type',"
              + " `key` BYTES METADATA, headers MAP<STRING, BYTES> METADATA",
          "'streams'='orders', 'format'='json'");

      assertThat(rows("SELECT * FROM orders"))
          .containsExactly(
              Row.of(
                  7L,
                  "orders",
                  1,
                  3L,
                  0L,
                  Instant.ofEpochMilli(Archive.FIRST_MS),
                  "LogAppendTime",
                  Archive.text("k"),
                  Map.of("h", Archive.text("1"))));
    }
  }

  @Test
  void keysHaveAFormatOfTheirOwn() {
    try (Archive archive = new Archive(folder).fill("orders", 0, 2, SqlTest::json)) {
      table(
          "orders",
          "k_id STRING, name STRING, id BIGINT",
          "'streams'='orders', 'key.format'='raw', 'key.fields'='k_id', 'key.fields-prefix'='k_',"
              + " 'value.format'='json', 'value.fields-include'='EXCEPT_KEY'");

      assertThat(rows("SELECT * FROM orders"))
          .containsExactly(Row.of("0", "n0", 0L), Row.of("1", "n1", 1L));
      assertThat(rows("SELECT k_id FROM orders")).containsExactly(Row.of("0"), Row.of("1"));
    }
  }

  @Test
  void tombstonesAreRowsOfNullsUnlessTheyAreSkipped() {
    try (Archive archive = new Archive(folder)) {
      archive.append("a", 0, Event.of(0, Archive.FIRST_MS, Archive.text("k"), json(1)));
      archive.append("a", 0, Event.of(0, Archive.FIRST_MS, Archive.text("k"), null));
      table("a", "id BIGINT, o BIGINT METADATA FROM 'offset'", "'streams'='a', 'format'='json'");

      assertThat(rows("SELECT * FROM a")).containsExactly(Row.of(1L, 0L), Row.of(null, 1L));
      assertThat(rows("SELECT o FROM a /*+ OPTIONS('value.tombstones'='skip') */"))
          .containsExactly(Row.of(0L));
    }
  }

  @Test
  void conditionsOnOffsetsTimesAndPartitionsBoundTheScan() {
    try (Archive archive = new Archive(folder)) {
      archive.fill("a", 0, 100, SqlTest::json).fill("a", 1, 100, SqlTest::json);
      table(
          "a",
          "id BIGINT, p INT METADATA FROM 'partition', o BIGINT METADATA FROM 'offset',"
              + " t TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'",
          "'streams'='a', 'format'='json'");

      String query = "SELECT p, o FROM a WHERE p = 1 AND o >= 10 AND o < 12";
      assertThat(rows(query)).containsExactly(Row.of(1, 10L), Row.of(1, 11L));
      assertThat(tables.explainSql(query)).doesNotContain("where=");
      String times =
          "SELECT o FROM a WHERE p IN (0, 5) AND t >= TO_TIMESTAMP_LTZ("
              + (Archive.FIRST_MS + 97_000)
              + ", 3)";
      assertThat(rows(times)).containsExactly(Row.of(97L), Row.of(98L), Row.of(99L));
      assertThat(tables.explainSql(times)).doesNotContain("where=");
      assertThat(rows("SELECT o FROM a WHERE o = 5 OR (o = 50 AND p = 0)"))
          .containsExactlyInAnyOrder(Row.of(5L), Row.of(5L), Row.of(50L));
      assertThat(rows("SELECT COUNT(*) FROM a WHERE o < 0")).containsExactly(Row.of(0L));
    }
  }

  @Test
  void aLimitEndsTheScan() {
    try (Archive archive = new Archive(folder).fill("a", 0, 1000, SqlTest::json)) {
      table("a", "id BIGINT", "'streams'='a', 'format'='json'");

      assertThat(rows("SELECT id FROM a LIMIT 2")).containsExactly(Row.of(0L), Row.of(1L));
      assertThat(tables.explainSql("SELECT id FROM a LIMIT 2")).contains("limit=[2]");
    }
  }

  @Test
  void valuesThatCannotBeReadFailTheQueryAndAreNamed() {
    try (Archive archive = new Archive(folder).fill("a", 0, 1)) {
      table("a", "id BIGINT", "'streams'='a', 'format'='json'");

      assertThatThrownBy(() -> rows("SELECT id FROM a"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("offset 0 of a-0 in the store " + folder));
    }
  }

  @Test
  void mistakesInOptionsAreToldByName() {
    try (Archive archive = new Archive(folder).fill("a", 0, 1)) {
      assertThatThrownBy(
              () -> {
                table("a", "id BIGINT", "'streams'='a', 'format'='json', 'generation'='newest'");
                rows("SELECT * FROM a");
              })
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("'newest' for option 'generation'"));
      assertThatThrownBy(
              () -> {
                table("b", "id BIGINT", "'streams'='a', 'format'='json', 'key.format'='raw'");
                rows("SELECT * FROM b");
              })
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("'key.format' and 'key.fields' belong together"));
    }
  }
}
