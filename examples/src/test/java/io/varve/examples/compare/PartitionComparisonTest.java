package io.varve.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.compare.Difference.Kind;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PartitionComparisonTest {

  @Test
  void equalPartitionsAreClean() {
    Tally tally = compare("a b c d", "a b c d");
    assertThat(tally.clean()).isTrue();
    assertThat(tally.expected()).isEqualTo(4);
    assertThat(tally.found()).isEqualTo(4);
  }

  @Test
  void countsLostEventsWhereverTheyAre() {
    Tally tally = compare("a b c d e", "b d");
    assertCounts(tally, 3, 0, 0, 0);
    assertThat(tally.firstDifferences())
        .extracting(d -> value(d.expected()))
        .containsExactly("a", "c", "e");
  }

  @Test
  void countsADuplicateRightBehindItsOriginal() {
    assertCounts(compare("a b c", "a a b c"), 0, 1, 0, 0);
  }

  @Test
  void countsABatchThatCameTwice() {
    assertCounts(compare("a b c d", "a b c b c d"), 0, 2, 0, 0);
  }

  @Test
  void expectedRepetitionsAreNoDuplicates() {
    assertThat(compare("a a b a", "a a b a").clean()).isTrue();
    assertCounts(compare("a a b a", "a b a"), 1, 0, 0, 0);
  }

  @Test
  void pairsAChangedEventWithTheOneItReplaced() {
    Tally tally = compare("a b c d", "a X c d");
    assertCounts(tally, 0, 0, 1, 0);
    Difference difference = tally.firstDifferences().get(0);
    assertThat(value(difference.expected())).isEqualTo("b");
    assertThat(value(difference.actual())).isEqualTo("X");
    assertThat(difference.what()).isEqualTo("value");
  }

  @Test
  void anEventThatWasNeverExpectedHasNoOtherSide() {
    Tally tally = compare("a b", "a X b");
    assertCounts(tally, 0, 0, 1, 0);
    assertThat(tally.firstDifferences().get(0).expected()).isNull();
  }

  @Test
  void aLateEventIsOutOfOrderAndNotLost() {
    assertCounts(compare("a b c d", "b c a d"), 0, 0, 0, 1);
  }

  @Test
  void offsetsCountOnlyWhereTheyAreKept() {
    List<PlacedEvent> expected = List.of(placed("a", 3), placed("b", 7));
    List<PlacedEvent> moved = List.of(placed("a", 3), placed("b", 8));
    assertThat(PartitionComparison.compare(expected, moved, false).clean()).isTrue();
    Tally tally = PartitionComparison.compare(expected, moved, true);
    assertCounts(tally, 0, 0, 1, 0);
    assertThat(tally.firstDifferences().get(0).what()).isEqualTo("offset");
  }

  @Test
  void namesEveryPartThatDiffers() {
    DemoEvent before = new DemoEvent(1, Bytes.utf8("k"), null, List.of());
    DemoEvent after =
        new DemoEvent(2, null, Bytes.utf8(""), List.of(new DemoEvent.Header("h", null)));
    Tally tally =
        PartitionComparison.compare(
            List.of(new PlacedEvent(0, 0, before)), List.of(new PlacedEvent(0, 0, after)), true);
    assertThat(tally.firstDifferences().get(0).what()).isEqualTo("timestamp, key, value, headers");
  }

  @Test
  void keepsOnlyTheFirstDifferencesButCountsAll() {
    Tally tally = compare("a ".repeat(50).strip(), "");
    Tally both = tally.plus(tally);
    assertThat(both.count(Kind.LOST)).isEqualTo(100);
    assertThat(both.firstDifferences()).hasSize(Tally.DIFFERENCES_MAX);
  }

  @Property
  void everyEventIsAccountedFor(
      @ForAll @Size(max = 12) List<@IntRange(max = 4) Integer> expected,
      @ForAll @Size(max = 12) List<@IntRange(max = 4) Integer> actual) {
    Tally tally = PartitionComparison.compare(placed(expected), placed(actual), false);
    assertThat(tally.clean()).isEqualTo(expected.equals(actual));
    long replaced =
        tally.firstDifferences().stream()
            .filter(d -> d.kind() == Kind.DIFFERING && d.expected() != null)
            .count();
    long foreign = tally.count(Kind.DIFFERING) - replaced;
    if (tally.firstDifferences().size() < Tally.DIFFERENCES_MAX) {
      assertThat(tally.found() - tally.count(Kind.DUPLICATED) - foreign)
          .isEqualTo(tally.expected() - tally.count(Kind.LOST));
    }
  }

  private static void assertCounts(
      Tally tally, long lost, long duplicated, long differing, long outOfOrder) {
    assertThat(tally.clean()).isFalse();
    assertThat(List.of(Kind.values()))
        .extracting(tally::count)
        .containsExactly(lost, duplicated, differing, outOfOrder);
  }

  private static Tally compare(String expected, String actual) {
    return PartitionComparison.compare(placed(expected), placed(actual), false);
  }

  private static List<PlacedEvent> placed(String values) {
    return placed(values.isEmpty() ? List.of() : List.of(values.split(" ")));
  }

  private static List<PlacedEvent> placed(List<?> values) {
    List<PlacedEvent> events = new ArrayList<>();
    values.forEach(value -> events.add(placed(value.toString(), events.size())));
    return events;
  }

  private static PlacedEvent placed(String value, long offset) {
    return new PlacedEvent(
        0, offset, new DemoEvent(0, Bytes.utf8("k"), Bytes.utf8(value), List.of()));
  }

  private static String value(PlacedEvent event) {
    return String.valueOf(event.event().value());
  }
}
