package io.varve.examples.flink.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.flink.job.Order;
import io.varve.examples.flink.job.Payment;
import io.varve.examples.flink.job.Results;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {
  private final Events events = Events.generate(5_000);

  @Test
  void areTheSameEachTime() {
    Events again = Events.generate(5_000);
    assertThat(again.orders().stream().map(order -> new String(order.text(), UTF_8)))
        .containsExactlyElementsOf(
            events.orders().stream().map(order -> new String(order.text(), UTF_8)).toList());
    assertThat(again.count()).isEqualTo(events.count());
  }

  @Test
  void noneIsLaterThanTheJobAllowsFor() {
    long newestMs = Long.MIN_VALUE;
    for (Order order : events.orders()) {
      newestMs = Math.max(newestMs, order.timeMs);
      assertThat(order.timeMs).isGreaterThanOrEqualTo(newestMs - Results.OUT_OF_ORDER_MS);
    }
    newestMs = Long.MIN_VALUE;
    for (Payment payment : events.payments()) {
      assertThat(payment.timeMs).isGreaterThanOrEqualTo(newestMs);
      newestMs = payment.timeMs;
    }
  }

  @Test
  void noPaymentIsOlderThanItsOrder() {
    for (Payment payment : events.payments()) {
      Order order = events.orders().get((int) payment.order);
      assertThat(payment.timeMs).isGreaterThanOrEqualTo(order.timeMs);
    }
  }

  @Test
  void partsAreAllOfIt() {
    List<Order> orders = new ArrayList<>();
    List<Payment> payments = new ArrayList<>();
    double from = 0;
    for (double to : new double[] {0.25, 0.5, 0.7, 1}) {
      orders.addAll(events.between(from, to).orders());
      payments.addAll(events.between(from, to).payments());
      from = to;
    }
    assertThat(orders).containsExactlyElementsOf(events.orders());
    assertThat(payments).containsExactlyElementsOf(events.payments());
  }
}
