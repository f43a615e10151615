package io.varve.examples.flink.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final List<String> EXPECTED = List.of("a", "b", "b", "c");

  @Test
  void orderSaysNothing() {
    Comparison comparison = Comparison.of(EXPECTED, List.of("b", "c", "a", "b"));
    assertThat(comparison).isEqualTo(new Comparison(4, 4, 0, 0, 0, List.of()));
    assertThat(comparison.clean()).isTrue();
  }

  @Test
  void findsWhatIsLost() {
    Comparison comparison = Comparison.of(EXPECTED, List.of("a", "b", "c"));
    assertThat(comparison).isEqualTo(new Comparison(4, 3, 1, 0, 0, List.of("lost: b")));
    assertThat(comparison.clean()).isFalse();
  }

  @Test
  void findsWhatIsDoubled() {
    Comparison comparison = Comparison.of(EXPECTED, List.of("a", "b", "b", "b", "c", "c"));
    assertThat(comparison)
        .isEqualTo(new Comparison(4, 6, 0, 2, 0, List.of("doubled: b", "doubled: c")));
    assertThat(comparison.clean()).isFalse();
  }

  @Test
  void findsWhatIsWrong() {
    Comparison comparison = Comparison.of(EXPECTED, List.of("a", "b", "b", "d"));
    assertThat(comparison).isEqualTo(new Comparison(4, 4, 1, 0, 1, List.of("lost: c", "wrong: d")));
    assertThat(comparison.clean()).isFalse();
  }

  @Test
  void findsThatAllIsLost() {
    assertThat(Comparison.of(EXPECTED, List.of()).lost()).isEqualTo(4);
  }
}
