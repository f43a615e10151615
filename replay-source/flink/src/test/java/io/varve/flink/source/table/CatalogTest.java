package io.varve.flink.source.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.TimestampType;
import io.varve.flink.source.Archive;
import io.varve.flink.source.avro.StoredAvro;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store's streams are tables without a word of DDL. */
class CatalogTest {

  private static final Schema FIRST =
      SchemaBuilder.record("Order").fields().requiredLong("id").requiredString("name").endRecord();
  private static final Schema SECOND =
      SchemaBuilder.record("Order").fields().requiredLong("id").optionalString("note").endRecord();

  @TempDir Path folder;

  private static void append(Archive archive, String stream, Encoding encoding, byte[] value) {
    archive.append(
        stream,
        0,
        new Event(
            0,
            Archive.FIRST_MS,
            TimestampType.CREATE,
            Encoding.BYTES,
            Archive.text("k"),
            encoding,
            value,
            Headers.EMPTY,
            null,
            Event.NOT_DELAYED));
  }

  private TableEnvironment catalog() {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inBatchMode());
    tables.getConfig().set("parallelism.default", "1");
    tables.executeSql(
        "CREATE CATALOG archive WITH ('type' = 'varve', 'store.path' = '" + folder + "')");
    tables.executeSql("USE CATALOG archive");
    return tables;
  }

  private static List<Row> rows(TableEnvironment tables, String query) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Row> results = tables.executeSql(query).collect()) {
      results.forEachRemaining(rows::add);
    }
    return rows;
  }

  private static void appendAnn(Archive archive) {
    append(
        archive,
        "orders",
        Encoding.AVRO,
        StoredAvro.value(
            archive.store(),
            FIRST,
            new GenericRecordBuilder(FIRST).set("id", 1L).set("name", "Ann").build()));
  }

  @Test
  void streamsAreTablesWithTheColumnsOfTheirNewestValue() throws Exception {
    try (Archive archive = new Archive(folder)) {
      appendAnn(archive);
      append(
          archive,
          "orders",
          Encoding.AVRO,
          StoredAvro.value(
              archive.store(),
              SECOND,
              new GenericRecordBuilder(SECOND).set("id", 2L).set("note", "soon").build()));
      append(archive, "orders", Encoding.NONE, null);
      append(archive, "lines", Encoding.STRING, Archive.text("hello"));
      append(archive, "blobs", Encoding.BYTES, new byte[] {1, 2});
      TableEnvironment tables = catalog();

      assertThat(tables.listTables()).containsExactly("blobs", "lines", "orders");
      assertThat(tables.from("orders").getResolvedSchema().getColumnNames())
          .containsExactly(
              "id",
              "note",
              "_stream",
              "_generation",
              "_partition",
              "_offset",
              "_timestamp",
              "_timestamp_type",
              "_key",
              "_headers");
      assertThat(rows(tables, "SELECT id, note, _offset FROM orders"))
          .containsExactly(Row.of(1L, null, 0L), Row.of(2L, "soon", 1L), Row.of(null, null, 2L));
      assertThat(rows(tables, "SELECT `value` FROM lines")).containsExactly(Row.of("hello"));
      assertThat(rows(tables, "SELECT `value` FROM blobs"))
          .containsExactly(Row.of((Object) new byte[] {1, 2}));
    }
  }

  /** Deletions may be all that came of late. */
  @Test
  void columnsAreFoundBehindManyTombstones() throws Exception {
    try (Archive archive = new Archive(folder)) {
      appendAnn(archive);
      LogWriter writer = archive.writer("orders", 0);
      for (int i = 0; i < 30_000; i++) {
        writer.append(
            Event.of(writer.nextOffset(), Archive.FIRST_MS + i, Archive.text("k" + i), null));
      }
      writer.sync();

      assertThat(catalog().from("orders").getResolvedSchema().getColumnNames())
          .startsWith("id", "name", "_stream");
    }
  }

  @Test
  void aSchemaThatIsNoneIsToldWithItsStream() {
    try (Archive archive = new Archive(folder)) {
      byte[] text = Archive.text("{\"type\": \"nonsense\"}");
      archive.store().schemas().put(SchemaNormalization.fingerprint64(text), text);
      ByteBuffer value = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      value.put((byte) 0xc3).put((byte) 1).putLong(SchemaNormalization.fingerprint64(text));
      append(archive, "orders", Encoding.AVRO, value.array());

      assertThatThrownBy(() -> catalog().from("orders"))
          .satisfies(
              e ->
                  assertThat(ExceptionUtils.stringifyException(e))
                      .contains("CatalogException: The columns of the stream orders can't be told")
                      .contains("The schema %016x".formatted(value.getLong(2)))
                      .contains("is none that Avro reads: A schema \"type\" MUST be"));
    }
  }

  @Test
  void theCatalogChangesNothing() {
    try (Archive archive = new Archive(folder).fill("a", 0, 1)) {
      TableEnvironment tables = catalog();
      assertThatThrownBy(() -> tables.executeSql("DROP TABLE a"))
          .satisfies(
              e -> assertThat(ExceptionUtils.stringifyException(e)).contains("can't drop streams"));
      assertThatThrownBy(() -> tables.executeSql("CREATE TABLE b (x INT)"))
          .satisfies(
              e -> assertThat(ExceptionUtils.stringifyException(e)).contains("can't make tables"));
    }
  }

  @Test
  void aWrongPathIsToldWhenTheCatalogIsMade() {
    assertThatThrownBy(this::catalog)
        .satisfies(e -> assertThat(ExceptionUtils.stringifyException(e)).contains("no store"));
  }
}
