package io.varve.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A list of segments finds what going through all of them finds. */
final class SegmentListTest {

  private final Random random = new Random(1);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 63, 64, 65, 128, 1000})
  void offsetsAndTimesAreFoundAsByGoingThroughAll(int size) {
    List<SegmentEntry> entries = new ArrayList<>();
    SegmentList list = SegmentList.of(entries);
    for (int i = 0; i < size; i++) {
      SegmentEntry entry = entry(10L * i);
      entries.add(entry);
      list = list.and(entry);
    }
    assertThat(list).isEqualTo(entries);
    assertThat(SegmentList.of(entries)).isEqualTo(list);
    for (int i = 0; i < 2000; i++) {
      long offset = random.nextInt(10 * size + 20) - 5;
      assertThat(list.endingFrom(offset)).isEqualTo(endingFrom(entries, offset));
      int from = random.nextInt(size + 1);
      long time = random.nextInt(12_000) - 1000;
      long to = time + random.nextInt(1 << random.nextInt(12));
      assertThat(list.nextWithTimes(from, time, to))
          .as("from segment %d, times %d to %d", from, time, to)
          .isEqualTo(nextWithTimes(entries, from, time, to));
    }
  }

  /** Mostly rising times; now and then no times at all, or ones far off. */
  private SegmentEntry entry(long firstOffset) {
    long min = random.nextInt(20) == 0 ? random.nextInt(10_000) : firstOffset;
    long max = min + random.nextInt(50);
    boolean none = random.nextInt(30) == 0;
    return new SegmentEntry(
        firstOffset,
        1 + random.nextInt(3),
        1000,
        firstOffset + 4 + random.nextInt(5),
        3,
        none ? Long.MAX_VALUE : min,
        none ? Long.MIN_VALUE : max,
        17,
        random.nextBoolean(),
        1);
  }

  private static int endingFrom(List<SegmentEntry> entries, long offset) {
    int at = 0;
    while (at < entries.size() && entries.get(at).lastOffset() < offset) {
      at++;
    }
    return at;
  }

  private static int nextWithTimes(List<SegmentEntry> entries, int from, long time, long to) {
    int at = from;
    while (at < entries.size() && !entries.get(at).mayHoldTimes(time, to)) {
      at++;
    }
    return at;
  }
}
