package io.varve.connect.source.offset;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.event.StreamPartition;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OffsetChangeTest {

  private static final Map<String, ?> PARTITION =
      Map.of("stream", "orders", "generation", 1L, "partition", 0);

  private final OffsetChange change =
      new OffsetChange(log -> log.equals(new StreamPartition("orders", 1, 0)) ? 100 : -1);

  private void check(@Nullable Map<String, ?> partition, @Nullable Map<String, ?> offset) {
    Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
    offsets.put(partition, offset);
    change.check(offsets);
  }

  private void refused(
      @Nullable Map<String, ?> partition, @Nullable Map<String, ?> offset, String why) {
    assertThatThrownBy(() -> check(partition, offset))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("{\"offset\": 1000}");
  }

  @Test
  void offsetsUpToTheEndAreTaken() {
    check(PARTITION, Map.of("offset", 0));
    check(PARTITION, Map.of("offset", 100L));
    check(PARTITION, Map.of("offset", 5, "end", 50));
    change.check(Map.of());
  }

  @Test
  void anythingCanBeReset() {
    check(PARTITION, null);
    check(Map.of("stream", "gone", "generation", 1, "partition", 0), null);
    check(Map.of("file", "of another connector"), null);
  }

  @Test
  void wrongOffsetsAreRefused() {
    refused(PARTITION, Map.of("offset", 101), "101 is beyond the end of orders-0, which is 100");
    refused(PARTITION, Map.of("offset", "7"), "found \"7\"");
    refused(PARTITION, Map.of("offset", -7), "found -7");
    refused(PARTITION, Map.of(), "found null");
    refused(PARTITION, Map.of("offset", 1, "pos", 1), "unknown key 'pos'");
  }

  @Test
  void wrongPartitionsAreRefused() {
    Map<String, ?> offset = Map.of("offset", 1);
    refused(null, offset, "a partition is null");
    refused(Map.of("stream", "orders"), offset, "expected the keys");
    refused(
        Map.of("stream", "orders", "generation", 1, "partition", 0, "x", 1),
        offset,
        "expected the keys");
    refused(Map.of("stream", "../x", "generation", 1, "partition", 0), offset, "a stream's name");
    refused(Map.of("stream", 5, "generation", 1, "partition", 0), offset, "a stream's name");
    refused(Map.of("stream", "orders", "generation", "1", "partition", 0), offset, "found \"1\"");
    refused(Map.of("stream", "orders", "generation", 0, "partition", 0), offset, "number from 1");
    refused(
        Map.of("stream", "orders", "generation", 1, "partition", 1),
        offset,
        "the store has no orders-1");
  }
}
