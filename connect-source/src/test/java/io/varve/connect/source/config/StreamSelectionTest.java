package io.varve.connect.source.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamSelectionTest {

  private static final List<String> STREAMS =
      List.of("orders", "orders.v1", "ordersXv1", "payments");

  private static List<String> select(String text) {
    return List.copyOf(StreamSelection.parse(text).select(STREAMS));
  }

  @Test
  void namesAreAList() {
    assertThat(select("orders")).containsExactly("orders");
    assertThat(select(" payments , orders ,orders")).containsExactly("orders", "payments");
    assertThat(select("orders.v1")).as("a dot is part of a name").containsExactly("orders.v1");
    assertThat(StreamSelection.parse("orders,gone").missing(STREAMS)).containsExactly("gone");
  }

  @Test
  void anythingElseIsAnExpressionForWholeNames() {
    assertThat(select("orders.*")).containsExactly("orders", "orders.v1", "ordersXv1");
    assertThat(select("orders\\.v1")).containsExactly("orders.v1");
    assertThat(select("orders|payments")).containsExactly("orders", "payments");
    assertThat(select("p[a-z]{3,9}")).containsExactly("payments");
    assertThat(select("rder.*")).isEmpty();
    assertThat(StreamSelection.parse("gone.*").missing(STREAMS)).isEmpty();
    assertThat(StreamSelection.parse("gone.*").isPattern()).isTrue();
  }

  @Test
  void whatCanNeverMatchIsRefused() {
    refused("../x", "no stream's name has slashes");
    refused("..", "'..' can't be a stream's name");
    refused("a,.", "'.' can't be a stream's name");
    refused("a".repeat(250), "can't be a stream's name");
    refused("a,,b", "empty name");
    refused("a,", "empty name");
    refused("  ", "empty name");
    refused("orders[", "is no regular expression");
    refused("orders,pay.*", "join them by '|': orders|pay.*");
  }

  private static void refused(String text, String why) {
    assertThatThrownBy(() -> StreamSelection.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
