package io.varve.connect.source.schedule;

import io.varve.connect.common.config.MetricDocs;
import io.varve.event.StreamPartition;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Describes the metrics of {@code mode=scheduled} for the settings page. */
public final class DeliveryDocs {
  private DeliveryDocs() {}

  /** A table for each kind. */
  public static String tables() {
    MetricDocs docs = new MetricDocs();
    DeliveryMetrics.register(
        docs,
        List.of(new Delivered(new StreamPartition("orders", 1, 0), () -> null, new AtomicLong())));
    return docs.tables();
  }
}
