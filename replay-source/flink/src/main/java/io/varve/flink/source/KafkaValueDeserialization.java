package io.varve.flink.source;

import java.io.IOException;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.util.Collector;
import org.apache.flink.util.TemporaryClassLoaderContext;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Leaves an event's value to one of Kafka's deserializers, as its consumers have them. Tombstones
 * have no elements. For jobs that have Kafka's clients in their class path, beside this; nothing
 * else here asks for them.
 *
 * <p>Thread: each subtask has its own; confined to the task's.
 */
public final class KafkaValueDeserialization<T> implements VarveDeserializationSchema<T> {

  private static final long serialVersionUID = 1L;

  private final Class<? extends Deserializer<T>> type;
  private final Map<String, String> config;

  private transient @Nullable Deserializer<T> values;

  private KafkaValueDeserialization(
      Class<? extends Deserializer<T>> type, Map<String, String> config) {
    this.type = type;
    this.config = Map.copyOf(config);
  }

  /**
   * Elements of the values alone.
   *
   * @param type with a constructor without parameters; told of each value's bytes, and of its
   *     stream as the topic
   * @param config what it is configured with, as a deserializer of values
   */
  public static <V> KafkaValueDeserialization<V> valueOnly(
      Class<? extends Deserializer<V>> type, Map<String, String> config) {
    return new KafkaValueDeserialization<>(type, config);
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context, StoredSchemas schemas)
      throws Exception {
    // Deserializers look for classes of the job by the thread's loader.
    try (TemporaryClassLoaderContext job =
        TemporaryClassLoaderContext.of(context.getUserCodeClassLoader().asClassLoader())) {
      Deserializer<T> made = type.getDeclaredConstructor().newInstance();
      made.configure(config, false);
      values = made;
    }
  }

  @Override
  public void deserialize(StoredEvent event, Collector<T> out) throws IOException {
    Deserializer<T> by = values;
    if (by == null) {
      throw new IllegalStateException(type.getName() + " has not been opened");
    }
    byte[] value = event.value();
    if (value != null) {
      out.collect(by.deserialize(event.stream(), value));
    }
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return TypeExtractor.createTypeInfo(Deserializer.class, type, 0, null, null);
  }
}
