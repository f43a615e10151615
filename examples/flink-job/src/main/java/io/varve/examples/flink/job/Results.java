package io.varve.examples.flink.job;

/** The lines that the job writes, and the times that decide what they say. */
public final class Results {
  /** Length of a window. */
  public static final long WINDOW_MS = 10 * 60_000L;

  /** An order is to be paid within this time. */
  public static final long PAY_WITHIN_MS = 30 * 60_000L;

  /** Events of a partition may be this much out of order. */
  public static final long OUT_OF_ORDER_MS = 5_000;

  /** Products are numbered from zero. */
  public static final int PRODUCTS = 8;

  private Results() {}

  /** A customer's window has ended. */
  public static String window(
      int customer, long endMs, Spent window, long totalCents, int top, long topCents) {
    return "window,"
        + customer
        + ","
        + endMs
        + ","
        + window.orders
        + ","
        + window.cents()
        + ",total,"
        + totalCents
        + ",top,"
        + top
        + ","
        + topCents;
  }

  public static String paid(Order order, Payment payment) {
    return "paid,"
        + order.id
        + ","
        + order.customer
        + ","
        + order.cents
        + ","
        + payment.cents
        + ","
        + (payment.timeMs - order.timeMs)
        + ","
        + order.note.hashCode();
  }

  public static String unpaid(Order order) {
    return "unpaid,"
        + order.id
        + ","
        + order.customer
        + ","
        + order.cents
        + ","
        + order.note.hashCode();
  }

  /** A payment after its order's time was over. */
  public static String late(Payment payment) {
    return "late," + payment.order + "," + payment.cents + "," + payment.timeMs;
  }
}
