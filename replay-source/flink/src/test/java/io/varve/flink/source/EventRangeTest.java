package io.varve.flink.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class EventRangeTest {

  @Test
  void bothBoundsHoldInAnIntersection() {
    EventRange one = new EventRange(5, 50, 0, 10, new TreeSet<>(List.of(1, 2)));
    EventRange other = new EventRange(10, 60, -5, 7, new TreeSet<>(List.of(2, 3)));

    assertThat(one.and(other))
        .isEqualTo(new EventRange(10, 50, 0, 7, new TreeSet<>(List.of(2))))
        .isEqualTo(other.and(one));
    assertThat(one.and(EventRange.ALL)).isEqualTo(one);
    assertThat(one.holds(1)).isTrue();
    assertThat(one.holds(3)).isFalse();
    assertThat(EventRange.ALL.holds(3)).isTrue();
  }
}
