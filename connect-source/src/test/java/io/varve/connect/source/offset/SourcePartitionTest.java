package io.varve.connect.source.offset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.StreamPartition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.json.JsonConverter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SourcePartitionTest {

  private final JsonConverter converter = new JsonConverter();

  @BeforeEach
  void configure() {
    converter.configure(Map.of("schemas.enable", "false"), true);
  }

  @Test
  void itsJsonIsThatOfAPartitionThatAUserTypedInAnyOrder() {
    SourcePartition partition = new SourcePartition(new StreamPartition("orders", 2, 17));
    for (String order : new String[] {"sgp", "spg", "gsp", "gps", "psg", "pgs"}) {
      Map<String, Object> typed = new LinkedHashMap<>();
      for (char name : order.toCharArray()) {
        switch (name) {
          case 's' -> typed.put("stream", "orders");
          case 'g' -> typed.put("generation", 2);
          default -> typed.put("partition", 17);
        }
      }
      Object asTheWorkerHasIt =
          converter.toConnectData("t", converter.fromConnectData("t", null, typed)).value();
      assertThat(json(asTheWorkerHasIt)).isEqualTo(json(partition));
    }
  }

  private String json(Object value) {
    return new String(converter.fromConnectData("t", null, value), UTF_8);
  }

  @Test
  void itEqualsAnyMapWithTheSameEntries() {
    SourcePartition partition = new SourcePartition(new StreamPartition("orders", 2, 17));
    Map<String, Object> map = new HashMap<>(partition);
    assertThat(partition).isEqualTo(map).hasSameHashCodeAs(map);
    assertThat(map).isEqualTo(partition);
    assertThat(partition.get("stream")).isEqualTo("orders");
    assertThat(partition.containsKey("other")).isFalse();
    assertThat(partition).isNotEqualTo(new SourcePartition(new StreamPartition("orders", 2, 18)));
  }
}
