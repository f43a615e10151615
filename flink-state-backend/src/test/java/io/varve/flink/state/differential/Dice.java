package io.varve.flink.state.differential;

import java.util.List;
import java.util.Random;

/** What a history has by chance. */
final class Dice {
  private static final String TEXT = text(new Random(1), 300_000);

  private final Random random;

  Dice(long seed) {
    random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  /** The smaller a number, the more often. */
  int skewed(int bound) {
    double place = random.nextDouble();
    return (int) (bound * place * place * place);
  }

  boolean oneIn(int count) {
    return random.nextInt(count) == 0;
  }

  long number() {
    return oneIn(4) ? random.nextLong() : random.nextInt(2000) - 1000;
  }

  <T> T of(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** Mostly short, now and then long, up to 100,000 characters. */
  String text() {
    int luck = below(1000);
    int length =
        luck < 50
            ? 0
            : luck < 700
                ? below(20)
                : luck < 900 ? below(200) : luck < 985 ? below(2000) : longLength(luck);
    int start = below(TEXT.length() - length);
    return TEXT.substring(start, start + length);
  }

  private int longLength(int luck) {
    return luck < 998 ? below(20_000) : below(100_000);
  }

  /** Up to {@code countMax} texts. */
  List<String> texts(int countMax) {
    return random.ints(below(countMax + 1)).mapToObj(any -> text()).toList();
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder(length);
    while (text.length() < length) {
      text.append(
          (char) (random.nextInt(50) == 0 ? 0x3b1 + random.nextInt(24) : 'a' + random.nextInt(26)));
    }
    return text.toString();
  }
}
