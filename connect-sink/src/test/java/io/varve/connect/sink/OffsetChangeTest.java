package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;

final class OffsetChangeTest extends SinkFixture {

  @Test
  void forwardLeavesEventsOutForGood() {
    archived(100);
    kafka.produce(ORDERS_0, 100);

    alter(ORDERS_0, 150L);
    alter(ORDERS_0, 150L);
    run();

    assertThat(offsets("orders", 1, 0)).hasSize(150).contains(99L, 150L).doesNotContain(100L, 149L);
  }

  @Test
  void backwardRepeatsNothing() {
    archived(100);

    alter(ORDERS_0, 10L);
    run();

    assertArchived(ORDERS_0);
  }

  @Test
  void resetRepeatsNothing() {
    archived(100);

    alter(ORDERS_0, null);
    kafka.produce(ORDERS_0, 5);
    run();

    assertArchived(ORDERS_0);
  }

  @Test
  void beforeAnythingIsArchivedOnlyTheGroupCounts() {
    kafka.produce(ORDERS_0, 100);

    alter(ORDERS_0, 70L);
    assertThat(store()).doesNotExist();
    run();

    assertThat(offsets("orders", 1, 0)).hasSize(30).startsWith(70L);
  }

  @Test
  void beforeTheArchivesStartIsRefused() {
    kafka.produce(ORDERS_0, 100);
    kafka.committed.put(ORDERS_0, 50L);
    run();

    assertThatThrownBy(() -> alter(ORDERS_0, 10L))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("orders-0 to 10")
        .hasMessageContaining("begins at offset 50")
        .hasMessageContaining("stream.format");
  }

  @Test
  void anotherTopicIsRefused() {
    archived(1);

    assertThatThrownBy(() -> alter(new TopicPartition("payments", 0), 10L))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("does not archive the topic 'payments'");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> alter(ORDERS_0, -1L))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("numbers from 0");
  }

  @Test
  void aLogOfALivingConnectorOfAnotherNameIsRefused() {
    archived(10);
    FakeWorker living = archiving(ORDERS_0);
    properties.put("name", "other");

    assertThatThrownBy(() -> alter(ORDERS_0, 100L))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("connector archive");
    living.shutDown();
  }

  private void alter(TopicPartition source, Long offset) {
    properties.put("store.path", store().toString());
    Map<TopicPartition, Long> offsets = new HashMap<>();
    offsets.put(source, offset);
    assertThat(new VarveSinkConnector().alterOffsets(properties, offsets)).isTrue();
    // What the worker does then.
    if (offset == null) {
      kafka.committed.remove(source);
    } else {
      kafka.committed.put(source, offset);
    }
  }

  private void archived(int count) {
    kafka.produce(ORDERS_0, count);
    run();
  }

  private void run() {
    FakeWorker worker = archiving(ORDERS_0);
    worker.drain();
    worker.shutDown();
  }
}
