package io.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.JmxReporter;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a consumer can't be made, nothing of it stays. */
final class PluginsTest {

  /** What has been made and not closed yet, by name. */
  private static final List<String> OPEN = new ArrayList<>();

  private static final String CLIENT = "never-made";

  @TempDir Path folder;
  private StoreFixture store;

  @BeforeEach
  void open() {
    OPEN.clear();
    store = new StoreFixture(folder.resolve("store"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void allIsClosedWithTheConsumer() throws MalformedObjectNameException {
    try (VarveConsumer<String, String> consumer = make(Map.of(), null, null)) {
      assertThat(consumer.metrics()).isNotEmpty();
      assertThat(OPEN).containsExactlyInAnyOrder("reporter", "interceptor", "key", "value");
      assertThat(beans()).isNotEmpty();
    }

    assertThat(OPEN).isEmpty();
    assertThat(beans()).isEmpty();
  }

  @Test
  void aDeserializerThatCannotBeSetUpLeavesNothingOpen() throws MalformedObjectNameException {
    assertNothingStays(
        Map.of(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, Refusing.class), "refused");
    assertNothingStays(
        Map.of(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, Refusing.class), "refused");
    assertNothingStays(
        Map.of(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, Unmakeable.class), "Unmakeable");
  }

  @Test
  void anAssignorThatCannotBeSetUpLeavesNothingOpen() throws MalformedObjectNameException {
    assertNothingStays(
        Map.of(
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RefusingAssignor.class.getName()),
        "refused");
  }

  @Test
  void aBadGroupLeavesNothingOpen() throws MalformedObjectNameException {
    assertNothingStays(Map.of(ConsumerConfig.GROUP_ID_CONFIG, ""), "group.id");
  }

  @Test
  void aPluginThatCannotBeClosedHidesNeitherTheOthersNorTheReason()
      throws MalformedObjectNameException {
    for (Map<String, Object> settings :
        List.<Map<String, Object>>of(
            Map.of(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, Refusing.class),
            Map.of(ConsumerConfig.GROUP_ID_CONFIG, ""))) {
      Counting keys =
          new Counting("given") {
            @Override
            public void close() {
              super.close();
              throw new IllegalStateException("can't be closed");
            }
          };
      assertThatThrownBy(() -> make(settings, keys, null))
          .isInstanceOf(KafkaException.class)
          .hasMessageNotContaining("can't be closed");
      assertThat(OPEN).isEmpty();
      assertThat(beans()).isEmpty();
    }
  }

  private void assertNothingStays(Map<String, Object> settings, String message)
      throws MalformedObjectNameException {
    assertThatThrownBy(() -> make(settings, null, null))
        .isInstanceOf(KafkaException.class)
        .hasStackTraceContaining(message);
    assertThat(OPEN).isEmpty();
    assertThat(beans()).isEmpty();
  }

  private VarveConsumer<String, String> make(
      Map<String, Object> more,
      @Nullable Deserializer<String> keys,
      @Nullable Deserializer<String> values) {
    Map<String, Object> settings =
        store.settings(
            ConsumerConfig.CLIENT_ID_CONFIG,
            CLIENT,
            ConsumerConfig.GROUP_ID_CONFIG,
            "g",
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
            CountedInterceptor.class.getName(),
            ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG,
            List.of(JmxReporter.class.getName(), CountedReporter.class.getName()),
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            CountedKey.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            CountedValue.class);
    settings.putAll(more);
    return new VarveConsumer<>(settings, keys, values);
  }

  private static Set<ObjectName> beans() throws MalformedObjectNameException {
    return ManagementFactory.getPlatformMBeanServer()
        .queryNames(new ObjectName("kafka.consumer:client-id=" + CLIENT + ",*"), null);
  }

  /** Is open from when it is made until it is closed. */
  private static class Counting implements Deserializer<String> {

    private final String name;

    Counting(String name) {
      this.name = name;
      OPEN.add(name);
    }

    @Override
    public String deserialize(String topic, byte[] data) {
      return new StringDeserializer().deserialize(topic, data);
    }

    @Override
    public void close() {
      OPEN.remove(name);
    }
  }

  /** A program's class. */
  public static final class CountedKey extends Counting {
    public CountedKey() {
      super("key");
    }
  }

  /** A program's class. */
  public static final class CountedValue extends Counting {
    public CountedValue() {
      super("value");
    }
  }

  /** Can be made, and not be set up. */
  public static final class Refusing extends Counting {
    public Refusing() {
      super("refusing");
    }

    @Override
    public void configure(Map<String, ?> settings, boolean key) {
      throw new IllegalStateException("refused");
    }
  }

  /** Can't be made. */
  public static final class Unmakeable extends Counting {
    public Unmakeable(String name) {
      super(name);
    }
  }

  /** Can be made, and not be set up. */
  public static final class RefusingAssignor implements ConsumerPartitionAssignor, Configurable {
    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public GroupAssignment assign(Cluster metadata, GroupSubscription subscription) {
      return new GroupAssignment(Map.of());
    }

    @Override
    public void configure(Map<String, ?> settings) {
      throw new IllegalStateException("refused");
    }
  }

  /** A program's class. */
  public static final class CountedInterceptor implements ConsumerInterceptor<String, String> {
    public CountedInterceptor() {
      OPEN.add("interceptor");
    }

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {
      OPEN.remove("interceptor");
    }
  }

  /** A program's class. */
  public static final class CountedReporter implements MetricsReporter {
    public CountedReporter() {
      OPEN.add("reporter");
    }

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public void init(List<KafkaMetric> metrics) {}

    @Override
    public void metricChange(KafkaMetric metric) {}

    @Override
    public void metricRemoval(KafkaMetric metric) {}

    @Override
    public void close() {
      OPEN.remove("reporter");
    }
  }
}
