package io.varve.examples.flink.job;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Adds up a window as its orders come. */
final class SpentInWindow implements AggregateFunction<Order, Spent, Spent> {
  private static final long serialVersionUID = 1L;

  @Override
  public Spent createAccumulator() {
    return new Spent();
  }

  @Override
  public Spent add(Order order, Spent spent) {
    spent.add(order);
    return spent;
  }

  @Override
  public Spent getResult(Spent spent) {
    return spent;
  }

  @Override
  public Spent merge(Spent left, Spent right) {
    left.orders += right.orders;
    for (int product = 0; product < Results.PRODUCTS; product++) {
      left.centsByProduct[product] += right.centsByProduct[product];
    }
    return left;
  }
}
