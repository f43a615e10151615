package io.varve.examples.flink.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.flink.job.Order;
import io.varve.examples.flink.job.Payment;
import io.varve.examples.flink.job.Results;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectedResultsTest {
  private static final long WINDOW = Results.WINDOW_MS;

  @Test
  void ordersArePaidUnpaidOrPaidTooLate() {
    List<Order> orders =
        List.of(order(0, 7, 1, 100, 0), order(1, 7, 2, 300, 1), order(2, 7, 1, 250, WINDOW));
    List<Payment> payments =
        List.of(
            new Payment(0, 100, Results.PAY_WITHIN_MS),
            new Payment(1, 300, 2 + Results.PAY_WITHIN_MS));
    int note = "note".hashCode();
    assertThat(ExpectedResults.of(new Events(orders, payments)))
        .containsExactlyInAnyOrder(
            "window,7,600000,2,400,total,400,top,2,300",
            "window,7,1200000,1,250,total,650,top,1,350",
            "paid,0,7,100,100,1800000," + note,
            "unpaid,1,7,300," + note,
            "late,1,300,1800002",
            "unpaid,2,7,250," + note);
  }

  private static Order order(long id, int customer, int product, long cents, long timeMs) {
    return new Order(id, customer, product, cents, timeMs, "note");
  }
}
