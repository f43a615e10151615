package io.varve.examples.flink.input;

import io.varve.examples.flink.job.Order;
import io.varve.examples.flink.job.Payment;
import io.varve.examples.flink.job.Results;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Orders and their payments, the same ones for the same number.
 *
 * <p>Fifty orders a second of event time. Four in five are paid in time, one in twelve too late,
 * the others never. Both lists are nearly in the order of time: no event is further behind an
 * earlier one than the job allows for.
 *
 * <p>Thread: immutable by convention: nobody changes the lists.
 */
public record Events(List<Order> orders, List<Payment> payments) {
  private static final long SEED = 20_261_129;
  private static final long FIRST_MS = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
  private static final long ORDER_EVERY_MS = 20;
  private static final int CUSTOMERS = 10_000;
  private static final int CENTS_MAX = 50_000;
  private static final long LATE_MS_MAX = 10 * 60_000L;
  private static final int NOTE_BYTES = 96;

  /** Makes {@code count} orders, and the payments that belong to them. */
  public static Events generate(int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Order> orders = new ArrayList<>(count);
    List<Payment> payments = new ArrayList<>(count);
    for (int id = 0; id < count; id++) {
      Order order =
          new Order(
              id,
              random.nextInt(CUSTOMERS),
              random.nextInt(Results.PRODUCTS),
              1 + random.nextInt(CENTS_MAX),
              FIRST_MS + id * ORDER_EVERY_MS - random.nextLong(Results.OUT_OF_ORDER_MS),
              note(random));
      orders.add(order);
      int fate = random.nextInt(60);
      if (fate < 48) {
        payments.add(payment(order, random.nextLong(Results.PAY_WITHIN_MS + 1)));
      } else if (fate < 53) {
        payments.add(payment(order, Results.PAY_WITHIN_MS + 1 + random.nextLong(LATE_MS_MAX)));
      }
    }
    payments.sort(Comparator.comparingLong(payment -> payment.timeMs));
    return new Events(orders, payments);
  }

  /** Those whose turn is between two parts of all, 0 to 1, in the order of their own time. */
  public Events between(double from, double to) {
    long fromMs = from == 0 ? Long.MIN_VALUE : reachedMs(from);
    long toMs = to == 1 ? Long.MAX_VALUE : reachedMs(to);
    return new Events(
        orders.subList((int) (from * orders.size()), (int) (to * orders.size())),
        payments.stream()
            .filter(payment -> payment.timeMs >= fromMs && payment.timeMs < toMs)
            .toList());
  }

  private long reachedMs(double part) {
    long before = (long) (part * orders.size());
    return FIRST_MS + before * ORDER_EVERY_MS;
  }

  /** How many there are of both kinds. */
  public int count() {
    return orders.size() + payments.size();
  }

  private static Payment payment(Order order, long afterMs) {
    return new Payment(order.id, order.cents, order.timeMs + afterMs);
  }

  /** Something for the state to hold that doesn't compress to nothing. */
  private static String note(SplittableRandom random) {
    StringBuilder note = new StringBuilder(NOTE_BYTES);
    while (note.length() < NOTE_BYTES) {
      note.append(Long.toHexString(random.nextLong()));
    }
    return note.substring(0, NOTE_BYTES);
  }
}
