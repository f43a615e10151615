package io.varve.flink.source.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.Store;
import io.varve.StoreSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredAvroRowsTest {

  private static final Schema ORDER =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"com.example.Order","fields":[
              {"name":"id","type":"long"},
              {"name":"customer","type":["null","string"],"default":null},
              {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":64,"scale":2}},
              {"name":"placed","type":{"type":"long","logicalType":"timestamp-millis"}},
              {"name":"priority","type":["null",{"type":"int","connect.type":"int8"}]},
              {"name":"ship_to","type":["null",{"type":"record","name":"com.example.Address",
                "fields":[{"name":"city","type":"string"}]}],"connect.field":"ship-to"},
              {"name":"tags","type":{"type":"array","items":"string"}},
              {"name":"counts","type":{"type":"map","values":"double"}},
              {"name":"by_number","type":{"type":"array","connect.type":"map","items":{"type":"record",
                "name":"io.varve.connect.Entry1","fields":[{"name":"key","type":"int"},
                {"name":"value","type":"boolean"}]}}},
              {"name":"day","type":{"type":"int","logicalType":"date"}},
              {"name":"f","type":"float"},{"name":"raw","type":"bytes"}]}
              """);

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(folder, StoreSettings.defaults());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static GenericRecord order() {
    Schema address = ORDER.getField("ship_to").schema().getTypes().get(1);
    Schema entry = ORDER.getField("by_number").schema().getElementType();
    GenericRecord shipTo = new GenericData.Record(address);
    shipTo.put("city", "Kyiv");
    GenericRecord one = new GenericData.Record(entry);
    one.put("key", 7);
    one.put("value", true);
    GenericRecord order = new GenericData.Record(ORDER);
    order.put("id", 1042L);
    order.put("customer", "Ann");
    order.put("total", ByteBuffer.wrap(new byte[] {7, (byte) 0xc6}));
    order.put("placed", 1763661600000L);
    order.put("priority", 3);
    order.put("ship_to", shipTo);
    order.put("tags", List.of("a", "b"));
    order.put("counts", Map.of("x", 1.5));
    order.put("by_number", List.of(one));
    order.put("day", 20412);
    order.put("f", 0.25f);
    order.put("raw", ByteBuffer.wrap(new byte[] {1, 2}));
    return order;
  }

  private StoredAvroRows rows(DataTypes.Field... fields) {
    return rows(false, fields);
  }

  private StoredAvroRows rows(boolean oneColumn, DataTypes.Field... fields) {
    RowType type = (RowType) DataTypes.ROW(fields).getLogicalType();
    StoredAvroRows rows = new StoredAvroRows(type, oneColumn, InternalTypeInfo.of(type));
    rows.use(store.schemas()::get);
    return rows;
  }

  private StoredAvroRows derived(Schema schema) {
    RowType type = (RowType) RowTypes.of(schema).getLogicalType();
    StoredAvroRows rows = new StoredAvroRows(type, false, InternalTypeInfo.of(type));
    rows.use(store.schemas()::get);
    return rows;
  }

  @Test
  void eachTypeIsReadAsTheSchemasOwn() throws IOException {
    RowData row = derived(ORDER).deserialize(StoredAvro.value(store, ORDER, order()));

    assertThat(row.getLong(0)).isEqualTo(1042);
    assertThat(row.getString(1)).hasToString("Ann");
    assertThat(row.getDecimal(2, 38, 2).toBigDecimal()).isEqualByComparingTo("19.90");
    assertThat(row.getTimestamp(3, 3)).isEqualTo(TimestampData.fromEpochMillis(1763661600000L));
    assertThat(row.getByte(4)).isEqualTo((byte) 3);
    assertThat(row.getRow(5, 1).getString(0)).hasToString("Kyiv");
    assertThat(row.getArray(6).getString(1)).hasToString("b");
    assertThat(row.getMap(7).valueArray().getDouble(0)).isEqualTo(1.5);
    assertThat(row.getMap(8).keyArray().getInt(0)).isEqualTo(7);
    assertThat(row.getInt(9)).isEqualTo(20412);
    assertThat(row.getFloat(10)).isEqualTo(0.25f);
    assertThat(row.getBinary(11)).containsExactly(1, 2);
    assertThat(((RowType) RowTypes.of(ORDER).getLogicalType()).getFieldNames()).contains("ship-to");
  }

  @Test
  void columnsGoByNamesAndWhatTheSchemaLacksIsNull() throws IOException {
    StoredAvroRows rows =
        rows(
            DataTypes.FIELD("raw", DataTypes.BYTES()),
            DataTypes.FIELD("newer", DataTypes.STRING()),
            DataTypes.FIELD("id", DataTypes.BIGINT()),
            DataTypes.FIELD("total", DataTypes.DECIMAL(10, 2)));

    RowData row = rows.deserialize(StoredAvro.value(store, ORDER, order()));

    assertThat(row.getArity()).isEqualTo(4);
    assertThat(row.getBinary(0)).containsExactly(1, 2);
    assertThat(row.isNullAt(1)).isTrue();
    assertThat(row.getLong(2)).isEqualTo(1042);
    assertThat(row.getDecimal(3, 10, 2)).isEqualTo(DecimalData.fromUnscaledLong(1990, 10, 2));
  }

  @Test
  void aColumnOfTheWrongTypeIsRefusedAndTheRightOneTold() {
    StoredAvroRows rows = rows(DataTypes.FIELD("customer", DataTypes.INT()));
    byte[] value = StoredAvro.value(store, ORDER, order());
    assertThatThrownBy(() -> rows.deserialize(value))
        .hasMessageContaining("'customer'")
        .hasMessageContaining("can't be read as INT")
        .hasMessageContaining("declare the column as STRING");
  }

  @Test
  void aDecimalThatDoesNotFitIsRefused() {
    StoredAvroRows rows = rows(DataTypes.FIELD("total", DataTypes.DECIMAL(3, 2)));
    byte[] value = StoredAvro.value(store, ORDER, order());
    assertThatThrownBy(() -> rows.deserialize(value)).hasMessageContaining("19.90");
  }

  @Test
  void valuesThatAreNoRecordsFillTheOneColumn() throws IOException {
    Schema number = Schema.create(Schema.Type.LONG);
    byte[] value = StoredAvro.value(store, number, 42L);
    assertThat(rows(true, DataTypes.FIELD("v", DataTypes.BIGINT())).deserialize(value))
        .isEqualTo(GenericRowData.of(42L));
    StoredAvroRows wider = rows(DataTypes.FIELD("v", DataTypes.BIGINT()));
    assertThatThrownBy(() -> wider.deserialize(value)).hasMessageContaining("has one column");
  }

  @Test
  void valuesWithoutASchemaAreReadAsTheTableHasThem() throws IOException {
    Schema any = any();
    Map<String, Object> fields = new HashMap<>();
    fields.put("n", wrapped(any, 7L));
    fields.put("tags", wrapped(any, List.of(wrapped(any, "a"), wrapped(any, null))));
    byte[] value = StoredAvro.value(store, any, wrapped(any, fields));

    RowData row =
        rows(
                DataTypes.FIELD("n", DataTypes.INT()),
                DataTypes.FIELD("tags", DataTypes.ARRAY(DataTypes.STRING())),
                DataTypes.FIELD("missing", DataTypes.STRING()))
            .deserialize(value);
    assertThat(row.getInt(0)).isEqualTo(7);
    assertThat(row.getArray(1).getString(0)).hasToString("a");
    assertThat(row.getArray(1).isNullAt(1)).isTrue();
    assertThat(row.isNullAt(2)).isTrue();

    assertThat(rows(true, DataTypes.FIELD("value", DataTypes.STRING())).deserialize(value))
        .isIn(
            GenericRowData.of(StringData.fromString("{\"n\":7,\"tags\":[\"a\",null]}")),
            GenericRowData.of(StringData.fromString("{\"tags\":[\"a\",null],\"n\":7}")));
    StoredAvroRows wrong = rows(DataTypes.FIELD("tags", DataTypes.INT()));
    assertThatThrownBy(() -> wrong.deserialize(value)).hasMessageContaining("[\"a\",null]");
  }

  private static GenericRecord wrapped(Schema any, Object value) {
    GenericRecord record = new GenericData.Record(any);
    record.put("value", value);
    return record;
  }

  private static Schema any() {
    return new Schema.Parser()
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
            {"type":"record","name":"Map","fields":[{"name":"entries","type":{"type":"array","items":
              {"type":"record","name":"Entry","fields":[{"name":"key","type":"Any"},
                {"name":"value","type":"Any"}]}}}]}]}]}
            """);
  }

  @Test
  void damagedBytesAreAnErrorOrAnotherValueAndNeverMore() {
    StoredAvroRows rows = derived(ORDER);
    StoredAvroRows few = rows(DataTypes.FIELD("raw", DataTypes.BYTES()));
    byte[] whole = StoredAvro.value(store, ORDER, order());
    Random random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = Arrays.copyOf(whole, 10 + random.nextInt(whole.length - 9));
      for (int i = damaged.length > 10 ? random.nextInt(3) : 0; i > 0; i--) {
        damaged[10 + random.nextInt(damaged.length - 10)] ^= (byte) (1 << random.nextInt(8));
      }
      for (StoredAvroRows reader : List.of(rows, few)) {
        try {
          reader.deserialize(damaged);
        } catch (IOException e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
      }
    }
  }

  /** Blocks of elements that take no bytes: some bytes would tell of any number of them. */
  @Test
  void elementsOfNoBytesAreCountedOverAllBlocks() throws IOException {
    Schema holes =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Holes","fields":[{"name":"holes","type":{"type":"array",
                "items":{"type":"record","name":"Hole","fields":[]}}},{"name":"more","type":{
                "type":"array","items":"null"}}]}
                """);
    StoredAvroRows rows =
        rows(
            DataTypes.FIELD(
                "holes", DataTypes.ARRAY(DataTypes.ROW(DataTypes.FIELD("x", DataTypes.INT())))));
    StoredAvroRows none = rows(DataTypes.FIELD("newer", DataTypes.STRING()));

    assertThat(rows.deserialize(holes(holes, 3, 1_000, 0)).getArray(0).size()).isEqualTo(3_000);
    for (byte[] many :
        List.of(
            holes(holes, 1, 2_000_000, 0),
            holes(holes, 3, 500_000, 0),
            holes(holes, 1, 600_000, 600_000))) {
      for (StoredAvroRows reader : List.of(rows, none)) {
        assertThatThrownBy(() -> reader.deserialize(many))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("elements");
      }
    }
  }

  /** A value with blocks of a first array, and one of a second. */
  private byte[] holes(Schema schema, int blocks, int each, int more) throws IOException {
    GenericRecord empty = new GenericData.Record(schema);
    empty.put("holes", List.of());
    empty.put("more", List.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(StoredAvro.value(store, schema, empty), 0, 10);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    for (int block = 0; block < blocks; block++) {
      encoder.writeLong(each);
    }
    encoder.writeLong(0);
    if (more > 0) {
      encoder.writeLong(more);
    }
    encoder.writeLong(0);
    encoder.flush();
    return bytes.toByteArray();
  }

  @Test
  void bytesThatAreNoSingleObjectAreTold() {
    StoredAvroRows rows = derived(ORDER);
    assertThatThrownBy(() -> rows.deserialize("{\"id\": 1}  ".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("begins with c3 01");
  }
}
