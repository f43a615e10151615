package io.varve.examples.flink.input;

import io.varve.examples.flink.job.Order;
import io.varve.examples.flink.job.Payment;
import io.varve.examples.flink.job.Results;
import io.varve.examples.flink.job.Spent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the job must write, worked out from all events at once, in plain loops. */
public final class ExpectedResults {
  private ExpectedResults() {}

  /** All lines, in no order. */
  public static List<String> of(Events events) {
    List<String> lines = new ArrayList<>();
    addWindows(events, lines);
    addOutcomes(events, lines);
    return lines;
  }

  private static void addWindows(Events events, List<String> lines) {
    Map<Integer, TreeMap<Long, Spent>> windowsByCustomer = new HashMap<>();
    for (Order order : events.orders()) {
      long endMs = order.timeMs - order.timeMs % Results.WINDOW_MS + Results.WINDOW_MS;
      windowsByCustomer
          .computeIfAbsent(order.customer, customer -> new TreeMap<>())
          .computeIfAbsent(endMs, end -> new Spent())
          .add(order);
    }
    windowsByCustomer.forEach(
        (customer, windows) -> {
          long totalCents = 0;
          long[] byProduct = new long[Results.PRODUCTS];
          for (Map.Entry<Long, Spent> window : windows.entrySet()) {
            int top = 0;
            for (int product = 0; product < Results.PRODUCTS; product++) {
              byProduct[product] += window.getValue().centsByProduct[product];
              top = byProduct[product] > byProduct[top] ? product : top;
            }
            totalCents += window.getValue().cents();
            lines.add(
                Results.window(
                    customer, window.getKey(), window.getValue(), totalCents, top, byProduct[top]));
          }
        });
  }

  private static void addOutcomes(Events events, List<String> lines) {
    Map<Long, Payment> payments = new HashMap<>();
    events.payments().forEach(payment -> payments.put(payment.order, payment));
    for (Order order : events.orders()) {
      Payment payment = payments.get(order.id);
      if (payment != null && payment.timeMs - order.timeMs <= Results.PAY_WITHIN_MS) {
        lines.add(Results.paid(order, payment));
        continue;
      }
      lines.add(Results.unpaid(order));
      if (payment != null) {
        lines.add(Results.late(payment));
      }
    }
  }
}
