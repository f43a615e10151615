package io.varve.examples.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1546333200000",
        "2019-01-01T09:00:00Z",
        "2019-01-01T10:00:00+01:00",
        "2019-01-01T10:00+01:00",
        "2019-01-01T09:00:00",
        "2019-01-01 09:00:00",
        " 2019-01-01T09:00:00.000Z "
      })
  void oneMomentInManyForms(String text) {
    assertThat(TimeText.parseMs(text)).isEqualTo(1546333200000L);
  }

  @Test
  void aDateIsItsFirstMomentInUtc() {
    assertThat(TimeText.parseMs("2019-01-01")).isEqualTo(1546300800000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "2019-13-01", "2019-01-01T25:00:00Z", "01/02/2019", "12:30"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> TimeText.parseMs(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not a time");
  }
}
