package io.varve.replay;

import java.util.ArrayDeque;
import java.util.Deque;
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
import org.apache.kafka.common.utils.Utils;
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
   * Makes what is set. If that fails, what was made by then is closed, and with it the
   * deserializers that were given, as when the consumer is closed.
   *
   * @throws KafkaException if a class can't be made or set up
   */
  static <K, V> Plugins<K, V> make(
      ReplaySettings settings, @Nullable Deserializer<K> keys, @Nullable Deserializer<V> values) {
    Deque<AutoCloseable> made = new ArrayDeque<>();
    boolean done = false;
    try {
      Metrics metrics = metrics(settings);
      made.push(metrics);
      Interceptors<K, V> interceptors = interceptors(settings);
      made.push(interceptors);
      Deserializer<K> keyReader =
          deserializer(settings, keys, ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
      made.push(keyReader);
      configure(keyReader, keys, settings, true);
      Deserializer<V> valueReader =
          deserializer(settings, values, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
      made.push(valueReader);
      configure(valueReader, values, settings, false);
      Plugins<K, V> plugins =
          new Plugins<>(metrics, keyReader, valueReader, interceptors, assignors(settings));
      done = true;
      return plugins;
    } finally {
      if (!done) {
        made.forEach(each -> Utils.closeQuietly(each, "a part of a consumer that can't be made"));
      }
    }
  }

  private static Map<String, Object> clientId(ReplaySettings settings) {
    return Map.of(ConsumerConfig.CLIENT_ID_CONFIG, settings.clientId());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // as Kafka makes them of class names
  private static <K, V> Interceptors<K, V> interceptors(ReplaySettings settings) {
    List made =
        settings
            .kafka()
            .getConfiguredInstances(
                ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
                ConsumerInterceptor.class,
                clientId(settings));
    return new Interceptors<>((List<ConsumerInterceptor<K, V>>) made);
  }

  private static List<ConsumerPartitionAssignor> assignors(ReplaySettings settings) {
    ConsumerConfig config = settings.kafka();
    return settings.groupId() == null
        ? List.of()
        : ConsumerPartitionAssignor.getAssignorInstances(
            config.getList(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG),
            config.originals(clientId(settings)));
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
      ReplaySettings settings, @Nullable Deserializer<T> given, String setting) {
    if (given != null) {
      settings.kafka().ignore(setting);
      return given;
    }
    return settings.kafka().getConfiguredInstance(setting, Deserializer.class);
  }

  /** One that was given is used as it is. */
  private static <T> void configure(
      Deserializer<T> used, @Nullable Deserializer<T> given, ReplaySettings settings, boolean key) {
    if (given == null) {
      used.configure(settings.kafka().originals(clientId(settings)), key);
    }
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
