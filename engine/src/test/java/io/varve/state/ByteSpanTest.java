package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadEventException;
import org.junit.jupiter.api.Test;

final class ByteSpanTest {

  @Test
  void growsUpToWhatAnArrayHoldsAndSaysThatThereIsNoMore() {
    int most = Integer.MAX_VALUE - 8;
    assertThat(ByteSpan.larger(0, 1)).isEqualTo(64);
    assertThat(ByteSpan.larger(100, 1)).isEqualTo(200);
    assertThat(ByteSpan.larger(100, 500)).isEqualTo(600);
    assertThat(ByteSpan.larger(most - 5, 5)).isEqualTo(most);
    assertThat(ByteSpan.larger(1 << 30, 1)).isEqualTo(most);
    assertThatThrownBy(() -> ByteSpan.larger(most, 1)).isInstanceOf(BadEventException.class);
    assertThatThrownBy(() -> ByteSpan.larger(Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isInstanceOf(BadEventException.class)
        .hasMessageContaining("4294967294 bytes");
  }
}
