package io.varve.connect.source.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SourceOffsetTest {

  @Test
  void itEqualsAnyMapWithTheSameEntries() {
    for (SourceOffset offset :
        new SourceOffset[] {
          new SourceOffset(7, SourceOffset.NO_END), new SourceOffset(7, 1L << 40)
        }) {
      Map<String, Object> map = new HashMap<>(offset);
      assertThat(offset).isEqualTo(map).hasSameHashCodeAs(map);
      assertThat(map).isEqualTo(offset);
      assertThat(SourceOffset.parse(map)).isEqualTo(offset);
    }
    assertThat(new SourceOffset(7, SourceOffset.NO_END)).isNotEqualTo(new SourceOffset(7, 9));
  }

  @Test
  void numbersMayComeInEitherWidth() {
    assertThat(SourceOffset.parse(Map.of("offset", 3)).offset()).isEqualTo(3);
    assertThat(SourceOffset.parse(Map.of("offset", 3L)).offset()).isEqualTo(3);
    assertThat(SourceOffset.parse(Map.of("offset", 3, "end", 9L)).end()).isEqualTo(9);
  }

  @Test
  void otherThingsAreRefused() {
    refused(Map.of(), "under 'offset', found null");
    refused(Map.of("offset", "3"), "found \"3\"");
    refused(Map.of("offset", 3.0), "found 3.0");
    refused(Map.of("offset", -1), "found -1");
    refused(Map.of("offset", 1, "position", 2), "unknown key 'position'");
    refused(Map.of("offset", 5, "end", 4), "end must not be before offset");
  }

  private static void refused(Map<String, ?> stored, String why) {
    assertThatThrownBy(() -> SourceOffset.parse(stored))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
