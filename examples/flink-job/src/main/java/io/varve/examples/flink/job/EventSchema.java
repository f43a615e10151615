package io.varve.examples.flink.job;

import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;

/** How events are read from Kafka. */
final class EventSchema {
  private EventSchema() {}

  static final class OfOrders extends AbstractDeserializationSchema<Order> {
    private static final long serialVersionUID = 1L;

    OfOrders() {
      super(Order.class);
    }

    @Override
    public Order deserialize(byte[] text) {
      return Order.parse(text);
    }
  }

  static final class OfPayments extends AbstractDeserializationSchema<Payment> {
    private static final long serialVersionUID = 1L;

    OfPayments() {
      super(Payment.class);
    }

    @Override
    public Payment deserialize(byte[] text) {
      return Payment.parse(text);
    }
  }
}
