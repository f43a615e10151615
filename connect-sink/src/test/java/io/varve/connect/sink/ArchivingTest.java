package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.Encoding;
import io.varve.event.Event;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.junit.jupiter.api.Test;

final class ArchivingTest extends SinkFixture {

  @Test
  void archivesEachEventOnceWithItsOffsetTimeKeyAndValue() {
    kafka.produce(ORDERS_0, 333);
    kafka.produce(ORDERS_1, 222);
    FakeWorker worker = archiving(ORDERS_0, ORDERS_1);

    worker.drain();
    worker.commit();

    assertThat(kafka.committed).containsEntry(ORDERS_0, 333L).containsEntry(ORDERS_1, 222L);
    assertArchived(ORDERS_0);
    assertArchived(ORDERS_1);
    worker.shutDown();
  }

  @Test
  void keepsNullKeysTombstonesHeadersAndMissingTimestamps() {
    byte[] bytes = {0, -1, 127};
    kafka.produce(ORDERS_0, new FakeKafka.Content(5L, none(), none(), Map.of("h", bytes)));
    kafka.produce(ORDERS_0, new FakeKafka.Content(null, text("k"), text(""), Map.of()));
    FakeWorker worker = archiving(ORDERS_0);

    worker.drain();
    worker.shutDown();

    List<Event> events = events("orders", 1, 0);
    assertThat(events.get(0).key()).isNull();
    assertThat(events.get(0).value()).isNull();
    assertThat(events.get(0).headers().name(0)).isEqualTo("h");
    assertThat(events.get(0).headers().value(0)).isEqualTo(bytes);
    assertThat(events.get(1).timestampMs()).isEqualTo(Event.NO_TIMESTAMP);
    assertThat(events.get(1).keyEncoding()).isEqualTo(Encoding.STRING);
    assertThat(new String(events.get(1).key(), StandardCharsets.UTF_8)).isEqualTo("k");
    assertThat(events.get(1).value()).isEmpty();
  }

  @Test
  void tailReadersSeeEventsAfterTheCommitIntervalWithoutAnyOffsetCommit() {
    FakeWorker worker = archiving(ORDERS_0);
    kafka.produce(ORDERS_0, 10);

    worker.drain();
    worker.iterateUntil(() -> offsets("orders", 1, 0).size() == 10);

    assertThat(kafka.committed).isEmpty();
    worker.shutDown();
  }

  @Test
  void aRestartGoesOnAtTheLogsEndWhateverTheGroupHasCommitted() {
    kafka.produce(ORDERS_0, 100);
    FakeWorker first = archiving(ORDERS_0);
    first.drain();
    first.shutDown();
    kafka.committed.put(ORDERS_0, 17L);
    kafka.produce(ORDERS_0, 50);

    FakeWorker second = archiving(ORDERS_0);
    second.drain();
    second.shutDown();

    assertArchived(ORDERS_0);
    // The last event of the log comes once more, to be compared.
    assertThat(second.delivered).isEqualTo(51);
  }

  @Test
  void anEmptyLogBeginsWhereTheGroupStands() {
    kafka.produce(ORDERS_0, 100);
    kafka.committed.put(ORDERS_0, 40L);
    FakeWorker worker = archiving(ORDERS_0);

    worker.drain();
    worker.shutDown();

    assertThat(offsets("orders", 1, 0)).hasSize(60).startsWith(40L);
  }

  @Test
  void gapsInTheTopicAreGapsInTheLog() {
    kafka.produce(ORDERS_0, 10);
    kafka.skip(ORDERS_0, 5);
    kafka.produce(ORDERS_0, 10);
    kafka.compactAway(ORDERS_0, 3);
    FakeWorker worker = archiving(ORDERS_0);

    worker.drain();
    worker.shutDown();

    assertArchived(ORDERS_0);
    assertThat(offsets("orders", 1, 0)).hasSize(19).doesNotContain(3L, 10L, 14L);
  }

  @Test
  void eventsThatExpiredWhileTheSinkWasDownAreAGap() {
    kafka.produce(ORDERS_0, 30);
    FakeWorker first = archiving(ORDERS_0);
    first.drain();
    first.shutDown();
    kafka.produce(ORDERS_0, 30);
    kafka.deleteBefore(ORDERS_0, 45);

    FakeWorker second = archiving(ORDERS_0);
    second.drain();
    second.shutDown();

    assertThat(offsets("orders", 1, 0)).hasSize(45).contains(29L, 45L).doesNotContain(30L, 44L);
    assertThat(latestGeneration("orders")).isEqualTo(1);
  }

  @Test
  void transformsThatRenameTopicsChangeNeitherStreamNorOffsets() {
    kafka.produce(ORDERS_0, 100);
    FakeWorker worker = started();
    worker.transform =
        record ->
            record.newRecord(
                "elsewhere",
                7,
                record.keySchema(),
                record.key(),
                record.valueSchema(),
                record.value(),
                record.timestamp());
    worker.assign(ORDERS_0);

    worker.drain();
    worker.commit();
    worker.shutDown();

    assertArchived(ORDERS_0);
    assertThat(kafka.committed).containsOnly(Map.entry(ORDERS_0, 100L));
  }

  @Test
  void transformsThatDropEventsLeaveGaps() {
    kafka.produce(ORDERS_0, 100);
    FakeWorker worker = started();
    worker.transform = record -> record.kafkaOffset() % 2 == 0 ? record : null;
    worker.assign(ORDERS_0);

    worker.drain();
    worker.shutDown();

    assertThat(offsets("orders", 1, 0)).hasSize(50).allMatch(offset -> offset % 2 == 0);
  }

  @Test
  void aStreamFormatNamesTheStream() {
    properties.put("stream.format", "kafka.${topic}.v1");
    TopicPartition source = new TopicPartition("orders", 3);
    kafka.produce(source, 5);
    FakeWorker worker = archiving(source);

    worker.drain();
    worker.shutDown();

    assertArchived(source, "kafka.orders.v1", 1);
  }

  private static SchemaAndValue none() {
    return new SchemaAndValue(null, null);
  }

  private static SchemaAndValue text(String text) {
    return new SchemaAndValue(Schema.OPTIONAL_STRING_SCHEMA, text);
  }
}
