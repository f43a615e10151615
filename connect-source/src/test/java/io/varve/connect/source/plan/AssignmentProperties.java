package io.varve.connect.source.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AssignmentProperties {

  @Property(tries = 200)
  void whatIsWrittenIsRead(@ForAll("partitions") List<PartitionGenerations> partitions) {
    String text = Assignment.format(partitions);
    assertThat(Assignment.parse(text)).containsExactlyInAnyOrderElementsOf(partitions);
  }

  @Provide
  Arbitrary<List<PartitionGenerations>> partitions() {
    Arbitrary<String> streams = Arbitraries.of("a", "a-1", "orders.v1", "x_y");
    Arbitrary<Integer> numbers = Arbitraries.integers().between(0, 20);
    Arbitrary<List<Integer>> generations =
        Arbitraries.integers()
            .between(1, 3)
            .set()
            .ofMinSize(1)
            .map(set -> set.stream().sorted().toList());
    return Combinators.combine(streams, numbers, generations)
        .as(PartitionGenerations::new)
        .list()
        .ofMaxSize(40)
        .map(AssignmentProperties::oneEach);
  }

  private static List<PartitionGenerations> oneEach(List<PartitionGenerations> list) {
    Map<String, PartitionGenerations> byName = new TreeMap<>();
    list.forEach(each -> byName.put(each.stream() + "/" + each.partition(), each));
    return new ArrayList<>(byName.values());
  }

  @Example
  void neighboursAreWrittenAsARange() {
    List<PartitionGenerations> partitions = new ArrayList<>();
    for (int number : new int[] {0, 1, 2, 3, 7}) {
      partitions.add(new PartitionGenerations("orders", number, List.of(1)));
    }
    partitions.add(new PartitionGenerations("orders", 4, List.of(1, 2)));
    assertThat(Assignment.format(partitions)).isEqualTo("orders@1:0-3,7;orders@1+2:4");
    assertThat(Assignment.format(List.of())).isEmpty();
    assertThat(Assignment.parse("")).isEmpty();
  }

  @Example
  void otherTextsAreRefused() {
    for (String text :
        new String[] {"orders", "orders:1", "@1:0", "orders@x:0", "orders@1:a", ";"}) {
      assertThatThrownBy(() -> Assignment.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
