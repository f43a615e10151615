package io.varve.examples.flink.job;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Joins an order with its payment, whichever is read first.
 *
 * <ul>
 *   <li>An order waits for its payment until its time is over: then a timer calls it unpaid.
 *   <li>A payment whose order is not there waits until the watermark reaches its own time. An order
 *       is never younger than its payment, so if none has come by then, it was unpaid, and gone.
 * </ul>
 */
final class PaymentJoin extends KeyedCoProcessFunction<Long, Order, Payment, String> {
  private static final long serialVersionUID = 1L;

  private transient @Nullable ValueState<Order> orders;
  private transient @Nullable ValueState<Payment> payments;

  @Override
  public void open(OpenContext context) {
    orders =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("order", TypeInformation.of(Order.class)));
    payments =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("payment", TypeInformation.of(Payment.class)));
  }

  @Override
  public void processElement1(Order order, Context context, Collector<String> out)
      throws Exception {
    Payment payment = opened(payments).value();
    if (payment != null) {
      opened(payments).clear();
      context.timerService().deleteEventTimeTimer(payment.timeMs);
      if (isInTime(order, payment)) {
        out.collect(Results.paid(order, payment));
        return;
      }
      out.collect(Results.late(payment));
    }
    opened(orders).update(order);
    context.timerService().registerEventTimeTimer(order.timeMs + Results.PAY_WITHIN_MS);
  }

  @Override
  public void processElement2(Payment payment, Context context, Collector<String> out)
      throws Exception {
    Order order = opened(orders).value();
    if (order == null) {
      opened(payments).update(payment);
      context.timerService().registerEventTimeTimer(payment.timeMs);
    } else if (isInTime(order, payment)) {
      opened(orders).clear();
      context.timerService().deleteEventTimeTimer(order.timeMs + Results.PAY_WITHIN_MS);
      out.collect(Results.paid(order, payment));
    } else {
      out.collect(Results.late(payment));
    }
  }

  @Override
  public void onTimer(long timeMs, OnTimerContext context, Collector<String> out) throws Exception {
    Order order = opened(orders).value();
    if (order != null && order.timeMs + Results.PAY_WITHIN_MS <= timeMs) {
      opened(orders).clear();
      out.collect(Results.unpaid(order));
    }
    Payment payment = opened(payments).value();
    if (payment != null && payment.timeMs <= timeMs) {
      opened(payments).clear();
      out.collect(Results.late(payment));
    }
  }

  private static boolean isInTime(Order order, Payment payment) {
    return payment.timeMs <= order.timeMs + Results.PAY_WITHIN_MS;
  }

  private static <T> ValueState<T> opened(@Nullable ValueState<T> state) {
    if (state == null) {
      throw new IllegalStateException("not opened");
    }
    return state;
  }
}
