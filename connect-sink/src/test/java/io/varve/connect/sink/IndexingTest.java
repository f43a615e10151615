package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.FieldIndexes;
import io.varve.FieldSearchReport;
import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.KeyRange;
import io.varve.query.ValueFields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Field indexes that the sink declares and builds. */
final class IndexingTest extends SinkFixture {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final Schema ORDER =
      SchemaBuilder.struct().name("Order").field("customer", Schema.INT64_SCHEMA).build();

  private final FakeMetrics metrics = new FakeMetrics();

  @BeforeEach
  void index() {
    properties.put("index.fields", "customer, key");
    properties.put("index.interval.ms", "100");
    properties.put("segment.bytes", "65536");
    properties.put("batch.bytes", "1024");
    properties.put("compression.type", "none");
  }

  /** Half of the values are JSON, half are structs; customers come one after another. */
  private void produce(long count) {
    long from = kafka.endOffset(ORDERS_0);
    for (long i = from; i < from + count; i++) {
      long customer = i / 100;
      SchemaAndValue value =
          i % 2 == 0
              ? FakeKafka.Content.of(0, "", "{\"customer\": " + customer + "}").value()
              : new SchemaAndValue(ORDER, new Struct(ORDER).put("customer", customer));
      kafka.produce(
          ORDERS_0,
          new FakeKafka.Content(i, FakeKafka.Content.of(0, "key " + i, "").key(), value, Map.of()));
    }
  }

  private FakeWorker archive() {
    FakeWorker worker = worker();
    worker.metrics = metrics;
    worker.start(properties);
    worker.assign(ORDERS_0);
    worker.drainAndCommit();
    return worker;
  }

  private boolean isIndexed(String... fields) {
    try (Store store = Store.openReadOnly(store())) {
      FieldIndexes.Status status = store.fieldIndexes().status(LOG, ValueFields.ID);
      return status.segments() > 1
          && status.indexedSegments().keySet().equals(Set.of(fields))
          && status.indexedSegments().values().stream().allMatch(n -> n == status.segments());
    }
  }

  @Test
  void sealedSegmentsAreIndexedWhileEventsCome() {
    produce(6_000);
    FakeWorker worker = archive();
    worker.iterateUntil(() -> isIndexed("value.customer", "key"));
    produce(6_000);
    worker.drainAndCommit();
    worker.iterateUntil(() -> isIndexed("value.customer", "key"));

    // It is told when all that was missing has been built.
    worker.iterateUntil(
        () ->
            metrics.value("index-segments-built-total orders 0")
                == metrics.value("segments-sealed-total orders 0"));
    assertThat(metrics.value("index-bytes-built-total orders 0")).isPositive();
    assertThat(metrics.value("index-bytes-left orders 0")).isZero();
    assertThat(metrics.value("index-failures-total orders 0")).isZero();
    worker.shutDown();
    assertArchived(ORDERS_0.topic());
    Condition seven = Condition.in("value.customer", KeyRange.equalTo(7L));
    try (Store store = Store.openReadOnly(store())) {
      FieldSearchReport report =
          store.fieldIndexes().estimate(LOG, ReadRange.all(), seven, ValueFields.ID);
      assertThat(report.segmentsWhole()).as("the one that closing sealed").isLessThanOrEqualTo(1);
      assertThat(report.blocksWanted()).isPositive().isLessThan(report.blocksTotal() / 10);
      Set<Long> found = new HashSet<>();
      try (LogReader reader =
          store.fieldIndexes().openReader(LOG, ReadRange.all(), seven, ValueFields.ID)) {
        while (reader.next()) {
          found.add(reader.event().offset());
        }
      }
      assertThat(found).containsAll(LongStream.range(700, 800).boxed().toList());
    }
  }

  private void assertArchived(String topic) {
    assertThat(offsets(topic, 1, 0)).isEqualTo(kafka.offsets(ORDERS_0));
  }

  @Test
  void theSettingIsTheWholeList() {
    produce(6_000);
    FakeWorker first = archive();
    first.iterateUntil(() -> isIndexed("value.customer", "key"));
    first.shutDown();

    properties.put("index.fields", "value.customer");
    FakeWorker second = archive();
    second.iterateUntil(() -> isIndexed("value.customer"));
    second.shutDown();

    properties.remove("index.fields");
    archive().shutDown();
    assertThat(fields()).containsExactly("value.customer");

    properties.put("index.fields", "");
    FakeWorker last = archive();
    last.iterateUntil(() -> fields().isEmpty());
    last.shutDown();
  }

  private List<String> fields() {
    try (Store store = Store.openReadOnly(store())) {
      return store.fieldIndexes().fields("orders");
    }
  }

  @Test
  void withoutTheSettingNothingIsBuilt() {
    properties.remove("index.fields");
    produce(6_000);
    try (Store store = Store.open(store(), StoreSettings.defaults())) {
      store.fieldIndexes().define("orders", List.of("value.customer"));
    }
    FakeWorker worker = archive();
    worker.shutDown();

    try (Store store = Store.openReadOnly(store())) {
      assertThat(store.fieldIndexes().status(LOG, ValueFields.ID).indexedSegments())
          .containsExactly(Map.entry("value.customer", 0));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lines[0].id     | has the character '['",
        "customer id     | has the character ' '",
        "order..total    | an empty name between its dots",
        ".total          | an empty name between its dots",
        "headers.origin  | write value.headers.origin if the value has it",
        "timestamp       | write value.timestamp if the value has it",
        "id, value.id    | 'value.id' is there twice",
      })
  void whatIsNoFieldIsRefused(String fields, String why) {
    properties.put("store.path", store().toString());
    properties.put("index.fields", fields);
    assertThat(
            new VarveSinkConnector()
                .validate(properties).configValues().stream()
                    .filter(value -> value.name().equals("index.fields"))
                    .flatMap(value -> value.errorMessages().stream()))
        .singleElement()
        .asString()
        .contains("index.fields", why);
    assertThatThrownBy(() -> SinkSettings.of(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("index.fields", why);
  }

  @Test
  void fieldsMayBeCalledAsOtherPartsOfAnEventAre() {
    properties.put("store.path", store().toString());
    properties.put("index.fields", "value.timestamp,key,ship-to.zip");
    assertThat(SinkSettings.of(properties).index().fields())
        .containsExactly("value.timestamp", "key", "value.ship-to.zip");
  }
}
