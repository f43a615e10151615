package io.varve.replay;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.metrics.KafkaMetricsContext;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * The program's own classes that its settings name, and the registry of metrics with its reporters.
 *
 * @param assignors none if the consumer has no group
 */
record Plugins<K, V>(
    Metrics metrics,
    Deserializer<K> keys,
    Deserializer<V> values,
    Interceptors<K, V> interceptors,
    List<ConsumerPartitionAssignor> assignors)
    implements AutoCloseable {

  private static final String METRICS_PREFIX = "kafka.consumer";

  /**
   * Makes what is set.
   *
   * @throws KafkaException if a class can't be made or set up
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // as Kafka makes them of class names
  static <K, V> Plugins<K, V> make(
      ReplaySettings settings, @Nullable Deserializer<K> keys, @Nullable Deserializer<V> values) {
    ConsumerConfig config = settings.kafka();
    Map<String, Object> clientId = Map.of(ConsumerConfig.CLIENT_ID_CONFIG, settings.clientId());
    List interceptors =
        config.getConfiguredInstances(
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, ConsumerInterceptor.class, clientId);
    return new Plugins<>(
        metrics(settings),
        deserializer(settings, keys, ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, true),
        deserializer(settings, values, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, false),
        new Interceptors<K, V>((List<ConsumerInterceptor<K, V>>) interceptors),
        settings.groupId() == null
            ? List.of()
            : ConsumerPartitionAssignor.getAssignorInstances(
                config.getList(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG),
                config.originals(clientId)));
  }

  private static Metrics metrics(ReplaySettings settings) {
    ConsumerConfig config = settings.kafka();
    MetricConfig samples =
        new MetricConfig()
            .samples(config.getInt(ConsumerConfig.METRICS_NUM_SAMPLES_CONFIG))
            .timeWindow(
                config.getLong(ConsumerConfig.METRICS_SAMPLE_WINDOW_MS_CONFIG),
                TimeUnit.MILLISECONDS)
            .recordLevel(
                Sensor.RecordingLevel.forName(
                    config.getString(ConsumerConfig.METRICS_RECORDING_LEVEL_CONFIG)))
            .tags(Map.of("client-id", settings.clientId()));
    return new Metrics(
        samples,
        CommonClientConfigs.metricsReporters(settings.clientId(), config),
        Time.SYSTEM,
        new KafkaMetricsContext(
            METRICS_PREFIX,
            config.originalsWithPrefix(CommonClientConfigs.METRICS_CONTEXT_PREFIX)));
  }

  @SuppressWarnings("unchecked") // what the setting names is what the program expects
  private static <T> Deserializer<T> deserializer(
      ReplaySettings settings, @Nullable Deserializer<T> given, String setting, boolean key) {
    ConsumerConfig config = settings.kafka();
    if (given != null) {
      config.ignore(setting);
      return given;
    }
    Deserializer<T> made = config.getConfiguredInstance(setting, Deserializer.class);
    made.configure(
        config.originals(Map.of(ConsumerConfig.CLIENT_ID_CONFIG, settings.clientId())), key);
    return made;
  }

  @Override
  public void close() {
    try {
      interceptors.close();
    } finally {
      try {
        keys.close();
      } finally {
        try {
          values.close();
        } finally {
          metrics.close();
        }
      }
    }
  }
}
