package io.varve.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A position of a connector, in its own terms.
 *
 * <p>Whole numbers are {@link Long}s, whatever their size.
 *
 * @param partition names what the position is in
 * @param offset the position; null asks for it to be forgotten
 */
public record ConnectorOffset(Map<String, Object> partition, @Nullable Map<String, Object> offset) {

  /** The position of a sink: the offset that it reads next. */
  public static ConnectorOffset ofSink(String topic, int partition, long offset) {
    return new ConnectorOffset(
        Map.of("kafka_topic", topic, "kafka_partition", (long) partition),
        Map.of("kafka_offset", offset));
  }
}
