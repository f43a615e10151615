package io.varve.connect.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PointInTimeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1763661600000, 1763661600000",
    "-5, -5",
    "2025-11-20T18:00:00Z, 1763661600000",
    "2025-11-20T18:00:00.123Z, 1763661600123",
    "2025-11-20T19:00:00+01:00, 1763661600000",
    "2025-11-20T18:00, 1763661600000",
    "2025-11-20t18:00:00z, 1763661600000",
    "' 2025-11-20 ', 1763596800000",
    "1969-12-31T23:59:59.999Z, -1",
  })
  void timesAreReadWithAndWithoutOffset(String text, long millis) {
    assertThat(PointInTime.parseMillis("start.time", text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2025-13-01",
        "2025-11-20T25:00Z",
        "18:00",
        "1e9",
        "9223372036854775807",
        "99999999999999999999",
        "+999999999-12-31T23:59:59Z"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> PointInTime.validator().ensureValid("start.time", text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("start.time")
        .hasMessageContaining("expected a time as 2026-11-20T18:00:00Z");
  }
}
