package io.varve.examples.flink.job;

/** What a customer spent, by product. A POJO by Flink's rules. */
public final class Spent {
  public int orders;
  public long[] centsByProduct = new long[Results.PRODUCTS];

  /** For Flink. */
  public Spent() {}

  public void add(Order order) {
    orders++;
    centsByProduct[order.product] += order.cents;
  }

  public long cents() {
    long sum = 0;
    for (long cents : centsByProduct) {
      sum += cents;
    }
    return sum;
  }
}
