package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotSearchTest {

  private static final int SLOTS_AT = 24;

  private final SlotSearch search = new SlotSearch();

  @Test
  void findsTheFirstSlotThatIsNotBelowWhateverIsThere() {
    SplittableRandom random = new SplittableRandom(1);
    for (int count = 0; count <= 90; count++) {
      // Few different numbers, so that many slots are alike.
      long[] numbers = random.longs(count, -count / 2 - 1, count / 2 + 1).sorted().toArray();
      ByteBuffer node = node(numbers);
      for (long number = -count; number <= count; number++) {
        assertFinds(node, numbers, 0, number);
        assertFinds(node, numbers, Math.min(1, count), number);
      }
    }
  }

  @Test
  void numbersAtTheEndsOfTheirRangeAreFound() {
    long[] numbers = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE};
    ByteBuffer node = node(numbers);
    for (long number : numbers) {
      assertFinds(node, numbers, 0, number);
    }
  }

  private void assertFinds(ByteBuffer node, long[] numbers, int low, long number) {
    int expected = low;
    while (expected < numbers.length && numbers[expected] < number) {
      expected++;
    }
    assertThat(search.firstNotBelow(node, SLOTS_AT, low, numbers.length, number))
        .describedAs("%d among %d from %d on", number, numbers.length, low)
        .isEqualTo(expected);
  }

  /** Ends right behind the last slot. */
  private static ByteBuffer node(long[] numbers) {
    ByteBuffer node =
        ByteBuffer.allocateDirect(SLOTS_AT + numbers.length * TreeLayout.SLOT_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < numbers.length; i++) {
      node.putLong(SLOTS_AT + i * TreeLayout.SLOT_BYTES, numbers[i]);
    }
    return node;
  }
}
