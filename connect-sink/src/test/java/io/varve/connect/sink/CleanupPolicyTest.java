package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the settings about old events mean for a partition's log. */
final class CleanupPolicyTest {

  private static LogSettings log(String policy) {
    Map<String, String> properties = new HashMap<>();
    properties.put("name", "archive");
    properties.put("store.path", "/store");
    properties.put("cleanup.policy", policy);
    properties.put("retention.ms", "5000");
    properties.put("delete.retention.ms", "7000");
    properties.put("min.cleanable.dirty.ratio", "0.25");
    return SinkSettings.of(properties).log();
  }

  @Test
  void deleteKeepsEventsByAgeAndBytesAlone() {
    assertThat(log("delete").retention()).isEqualTo(new Retention(5000, -1));
    assertThat(log("delete").compaction()).isEqualTo(Compaction.OFF);
  }

  @Test
  void compactKeepsTheLatestOfEachKeyForEver() {
    assertThat(log("compact").retention()).isEqualTo(Retention.FOREVER);
    assertThat(log("Compact").compaction()).isEqualTo(new Compaction(true, 7000, 0.25, 0));
  }

  @Test
  void bothDoBoth() {
    assertThat(log("compact,delete").retention()).isEqualTo(new Retention(5000, -1));
    assertThat(log("compact,delete").compaction().enabled()).isTrue();
  }
}
