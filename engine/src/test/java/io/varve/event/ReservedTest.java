package io.varve.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of those names are written and left out by Connect as well as by the scheduler. */
final class ReservedTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "varve.schedule.id",
        "varve.schedule.cron",
        "varve.deliver.topic",
        "varve.deliver.key",
        "varve.release"
      })
  void headersOfVarvesOwnAreReserved(String name) {
    assertThat(Reserved.isReserved(name)).isTrue();
  }

  @Test
  void othersAreNot() {
    assertThat(Reserved.isReserved("schedule.id")).isFalse();
    assertThat(Reserved.isReserved("varve.")).isFalse();
    assertThat(Reserved.isReserved("")).isFalse();
  }
}
