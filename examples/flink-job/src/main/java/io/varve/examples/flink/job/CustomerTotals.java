package io.varve.examples.flink.job;

import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * Adds each window that ends to what its customer has spent so far, in all and by product. What is
 * lost or counted twice at any time shows in all later lines of that customer.
 */
final class CustomerTotals extends ProcessWindowFunction<Spent, String, Integer, TimeWindow> {
  private static final long serialVersionUID = 1L;
  private static final ValueStateDescriptor<Long> TOTAL =
      new ValueStateDescriptor<>("total", Types.LONG);
  private static final MapStateDescriptor<Integer, Long> BY_PRODUCT =
      new MapStateDescriptor<>("by-product", Types.INT, Types.LONG);

  @Override
  public void process(
      Integer customer, Context context, Iterable<Spent> window, Collector<String> out)
      throws Exception {
    ValueState<Long> total = context.globalState().getState(TOTAL);
    MapState<Integer, Long> byProduct = context.globalState().getMapState(BY_PRODUCT);
    Spent spent = window.iterator().next();
    Long before = total.value();
    long after = (before == null ? 0 : before) + spent.cents();
    total.update(after);
    for (int product = 0; product < Results.PRODUCTS; product++) {
      long cents = spent.centsByProduct[product];
      if (cents > 0) {
        Long soFar = byProduct.get(product);
        byProduct.put(product, (soFar == null ? 0 : soFar) + cents);
      }
    }
    int top = -1;
    long topCents = -1;
    for (Map.Entry<Integer, Long> entry : byProduct.entries()) {
      long cents = entry.getValue();
      // Maps have no order of their own that all backends share: of two equal ones the lower.
      if (cents > topCents || (cents == topCents && entry.getKey() < top)) {
        top = entry.getKey();
        topCents = cents;
      }
    }
    out.collect(Results.window(customer, context.window().getEnd(), spent, after, top, topCents));
  }
}
