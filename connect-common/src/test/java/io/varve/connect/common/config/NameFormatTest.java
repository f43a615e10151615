package io.varve.connect.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NameFormatTest {
  @Test
  void thePlaceholderIsFilledIn() {
    assertThat(of("${topic}").expand("orders")).isEqualTo("orders");
    assertThat(of("archive-${topic}.v1").expand("a.b_c")).isEqualTo("archive-a.b_c.v1");
    assertThat(of("all").expand("orders")).isEqualTo("all");
    assertThat(of("all").distinguishes()).isFalse();
    assertThat(of("x${topic}").distinguishes()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../${topic}", "a/${topic}", "${topic", "a b", "ä${topic}"})
  void aFormatThatCannotGiveLegalNamesIsRefused(String format) {
    assertThatThrownBy(() -> of(format))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("stream.format")
        .hasMessageContaining("expected it to give names of 1 to 249 letters");
  }

  @Test
  void anotherPlaceholderIsRefused() {
    assertThatThrownBy(() -> of("${topic}-${partition}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected no placeholder but ${topic}");
  }

  @Test
  void aNameThatBecomesIllegalIsRefusedWhenItComes() {
    assertThatThrownBy(() -> of("x-${topic}").expand("t".repeat(248)))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("stream.format=x-${topic}");
    assertThatThrownBy(() -> of(".${topic}").expand("."))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("makes '..' of '.'");
    assertThatThrownBy(() -> of("${topic}").expand("../x")).isInstanceOf(ConnectException.class);
  }

  private static NameFormat of(String format) {
    return NameFormat.of("stream.format", format, "topic");
  }
}
