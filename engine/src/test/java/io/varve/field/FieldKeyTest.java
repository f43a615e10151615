package io.varve.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class FieldKeyTest {

  private static byte[] key(Consumer<FieldKey> value) {
    FieldKey key = new FieldKey();
    value.accept(key);
    return key.copy();
  }

  @Test
  void integersAndFloatingPointNumbersAreInOneOrder() {
    Random random = new Random(1);
    List<Number> numbers =
        new ArrayList<>(
            List.of(
                0L,
                -1L,
                1L,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MAX_VALUE - 1,
                1L << 53,
                (1L << 53) + 1,
                0x1p53,
                0x1p63,
                -0x1p63,
                0.5,
                -0.5,
                Double.MAX_VALUE,
                -Double.MAX_VALUE,
                Double.MIN_VALUE));
    for (int i = 0; i < 300; i++) {
      long number = random.nextLong() >> random.nextInt(64);
      numbers.add(number);
      numbers.add((double) number);
      numbers.add(Double.longBitsToDouble(random.nextLong() & ~(1L << 52)));
    }
    for (Number one : numbers) {
      for (Number other : numbers) {
        int expected = exact(one).compareTo(exact(other));

        assertThat(Integer.signum(Arrays.compareUnsigned(key(one), key(other))))
            .as(one + " and " + other)
            .isEqualTo(expected);
      }
    }
  }

  private static byte[] key(Number number) {
    return key(
        key -> {
          if (number instanceof Long integer) {
            key.number(integer);
          } else {
            key.number(number.doubleValue());
          }
        });
  }

  private static BigDecimal exact(Number number) {
    return number instanceof Long integer
        ? BigDecimal.valueOf(integer)
        : new BigDecimal(number.doubleValue());
  }

  @Test
  void whatIsNoNumberComesBehindAllOthersAndTheTwoZerosAreOne() {
    assertThat(Arrays.compareUnsigned(key(Double.NaN), key(Double.POSITIVE_INFINITY))).isPositive();
    assertThat(key(-0.0)).isEqualTo(key(0.0)).isEqualTo(key(0L));
    assertThat(KeyRange.atLeast(5).holds(key(Double.NaN), 11)).isTrue();
  }

  @Test
  void textsAreInTheOrderOfTheirBytesAndNoneBeginsWithAnother() {
    Random random = new Random(2);
    List<String> texts = new ArrayList<>(List.of("", "a", "a\0", "a\1", "a\2", "ab", "\0\0"));
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(6); j > 0; j--) {
        text.appendCodePoint("\0\1\2ab\uffff\ud83d\ude00".codePointAt(random.nextInt(7)));
      }
      texts.add(text.toString());
    }
    for (String one : texts) {
      for (String other : texts) {
        byte[] oneKey = key(key -> key.text(one));
        byte[] otherKey = key(key -> key.text(other));

        assertThat(Integer.signum(Arrays.compareUnsigned(oneKey, otherKey)))
            .isEqualTo(
                Integer.signum(
                    Arrays.compareUnsigned(
                        one.getBytes(StandardCharsets.UTF_8),
                        other.getBytes(StandardCharsets.UTF_8))));
        boolean begins =
            oneKey.length < otherKey.length
                && Arrays.equals(oneKey, 0, oneKey.length, otherKey, 0, oneKey.length);
        assertThat(begins).as("'%s' and '%s'", one, other).isFalse();
      }
    }
  }

  @Test
  void rangesOfTextsHoldWhatJavaAndWhatUtf8TakesToBeInThem() {
    List<String> texts =
        List.of(
            "", "a", "b", "ba", "b\ud83d\ude00", "b\uffff", "b\ud7ff", "\uffff", "c".repeat(200));
    for (String bound : texts) {
      for (String text : texts) {
        byte[] key = key(to -> to.text(text));

        if (text.compareTo(bound) <= 0) {
          assertThat(KeyRange.atMost(bound).holds(key, key.length)).isTrue();
        }
        if (text.compareTo(bound) >= 0) {
          assertThat(KeyRange.atLeast(bound).holds(key, key.length)).isTrue();
        }
        if (text.startsWith(bound)) {
          assertThat(KeyRange.beginningWith(bound).holds(key, key.length)).isTrue();
        }
        if (text.equals(bound)) {
          assertThat(KeyRange.equalTo(bound).holds(key, key.length)).isTrue();
        }
      }
    }
    byte[] other = key(to -> to.text("bb"));
    assertThat(KeyRange.equalTo("b").holds(other, other.length)).isFalse();
    assertThat(KeyRange.beginningWith("ba").holds(other, other.length)).isFalse();
  }

  @Test
  void timesBeforeTheEpochAreInOrder() {
    byte[] before = key(to -> to.timeMs(-1));
    byte[] epoch = key(to -> to.timeMs(0));

    assertThat(Arrays.compareUnsigned(before, epoch)).isNegative();
    assertThat(before).isEqualTo(key(to -> to.time(-1, 999_000_000)));
  }
}
