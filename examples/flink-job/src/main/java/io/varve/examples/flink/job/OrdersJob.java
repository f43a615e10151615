package io.varve.examples.flink.job;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/** Puts the job together. Every operator with state has a uid, as savepoints need. */
public final class OrdersJob {
  /** Long enough for any outage of this example; what a dead job left open is over soon. */
  private static final String TRANSACTION_TIMEOUT_MS = "120000";

  private OrdersJob() {}

  /**
   * What differs from run to run.
   *
   * @param name the consumer group, and what the names of the sink's transactions begin with
   */
  public record Places(
      String bootstrap, String orders, String payments, String results, String name) {}

  /** Adds the job to {@code environment}. */
  public static void define(StreamExecutionEnvironment environment, Places places) {
    DataStream<Order> orders =
        environment
            .fromSource(
                source(places, places.orders(), new EventSchema.OfOrders()),
                EventTimes.<Order>of(order -> order.timeMs),
                "orders")
            .uid("orders");
    DataStream<Payment> payments =
        environment
            .fromSource(
                source(places, places.payments(), new EventSchema.OfPayments()),
                EventTimes.<Payment>of(payment -> payment.timeMs),
                "payments")
            .uid("payments");

    DataStream<String> windows =
        orders
            .keyBy(order -> order.customer, Types.INT)
            .window(TumblingEventTimeWindows.of(Duration.ofMillis(Results.WINDOW_MS)))
            .aggregate(new SpentInWindow(), new CustomerTotals())
            .name("windows")
            .uid("windows");
    DataStream<String> outcomes =
        orders
            .keyBy(order -> order.id, Types.LONG)
            .connect(payments.keyBy(payment -> payment.order, Types.LONG))
            .process(new PaymentJoin())
            .name("join")
            .uid("join");
    windows.union(outcomes).sinkTo(sink(places)).name("results").uid("results");
  }

  private static <T> KafkaSource<T> source(
      Places places, String topic, DeserializationSchema<T> schema) {
    return KafkaSource.<T>builder()
        .setBootstrapServers(places.bootstrap())
        .setTopics(topic)
        .setGroupId(places.name())
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(schema)
        .build();
  }

  private static KafkaSink<String> sink(Places places) {
    return KafkaSink.<String>builder()
        .setBootstrapServers(places.bootstrap())
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<String>builder()
                .setTopic(places.results())
                .setValueSerializationSchema(new SimpleStringSchema())
                .build())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(places.name())
        .setProperty("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS)
        .build();
  }

  /** Event time of both streams, little out of order. */
  private interface EventTimes<T> extends java.io.Serializable {
    long timeMs(T event);

    static <T> WatermarkStrategy<T> of(EventTimes<T> times) {
      return WatermarkStrategy.<T>forBoundedOutOfOrderness(
              Duration.ofMillis(Results.OUT_OF_ORDER_MS))
          .withTimestampAssigner((event, ignored) -> times.timeMs(event));
    }
  }
}
