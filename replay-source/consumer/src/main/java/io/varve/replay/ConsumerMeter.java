package io.varve.replay;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.stats.Avg;
import org.apache.kafka.common.metrics.stats.CumulativeSum;
import org.apache.kafka.common.metrics.stats.Max;
import org.apache.kafka.common.metrics.stats.Meter;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.common.metrics.stats.WindowedCount;

/**
 * The consumer's figures, under the names that Kafka's consumer has for them: those that mean
 * something without a network.
 *
 * <p>Thread: recorded by the consumer's; read by any, as Kafka's {@code Metrics} allows.
 */
final class ConsumerMeter {

  private static final String CONSUMER = "consumer-metrics";
  private static final String FETCH = "consumer-fetch-manager-metrics";
  private static final String COORDINATOR = "consumer-coordinator-metrics";
  private static final double NANOS_PER_MS = 1e6;

  private final Metrics metrics;
  private final Sensor bytes;
  private final Sensor records;
  private final Sensor passed;
  private final Sensor lagMax;
  private final Sensor commits;
  private final Sensor rebalances;
  private final Sensor betweenPolls;
  private final Sensor pollIdle;
  private final Sensor commitSync;
  private final Sensor committed;
  private final Map<String, Sensor[]> topics = new HashMap<>();
  private final Map<TopicPartition, Sensor> lags = new HashMap<>();
  private volatile long pollStartMs = -1;
  private long pollEndMs = -1;

  /**
   * @param assigned number of assigned partitions, which any thread may ask for
   */
  ConsumerMeter(Metrics metrics, LongSupplier assigned) {
    this.metrics = metrics;
    bytes = rated("bytes-consumed", FETCH, "bytes consumed", Map.of());
    records = rated("records-consumed", FETCH, "records consumed", Map.of());
    passed = rated("records-passed", FETCH, "events read that the filter does not want", Map.of());
    lagMax = metrics.sensor("records-lag");
    lagMax.add(
        metrics.metricName(
            "records-lag-max", FETCH, "The most records that any partition was behind"),
        new Max());
    commits = timed("commit", COORDINATOR, "commits");
    rebalances = timed("rebalance", COORDINATOR, "rebalances");
    betweenPolls = metrics.sensor("time-between-poll");
    betweenPolls.add(name("time-between-poll-avg", "Milliseconds between polls"), new Avg());
    betweenPolls.add(name("time-between-poll-max", "Milliseconds between polls"), new Max());
    pollIdle = metrics.sensor("poll-idle-ratio");
    pollIdle.add(
        name("poll-idle-ratio-avg", "The part of its time that the program spends in poll"),
        new Avg());
    commitSync = summed("commit-sync-time-ns-total", "Nanoseconds spent in commitSync");
    committed = summed("committed-time-ns-total", "Nanoseconds spent in committed");
    metrics.addMetric(
        name("last-poll-seconds-ago", "Seconds since the last poll, -1 if there was none"),
        (config, nowMs) -> pollStartMs < 0 ? -1 : (nowMs - pollStartMs) / 1000.0);
    metrics.addMetric(
        metrics.metricName("assigned-partitions", COORDINATOR, "Partitions assigned now"),
        (config, nowMs) -> assigned.getAsLong());
  }

  private MetricName name(String name, String description) {
    return metrics.metricName(name, CONSUMER, description);
  }

  private Sensor rated(String name, String group, String what, Map<String, String> tags) {
    Sensor sensor = metrics.sensor(name + tags);
    sensor.add(
        new Meter(
            metrics.metricName(name + "-rate", group, "Per second: " + what, tags),
            metrics.metricName(name + "-total", group, "In all: " + what, tags)));
    return sensor;
  }

  private Sensor timed(String name, String group, String what) {
    Sensor sensor = metrics.sensor(name + "-latency");
    sensor.add(
        metrics.metricName(name + "-latency-avg", group, "Average milliseconds of " + what),
        new Avg());
    sensor.add(
        metrics.metricName(name + "-latency-max", group, "Most milliseconds of " + what),
        new Max());
    sensor.add(
        new Meter(
            new WindowedCount(),
            metrics.metricName(name + "-rate", group, "Per second: " + what),
            metrics.metricName(name + "-total", group, "In all: " + what)));
    return sensor;
  }

  private Sensor summed(String name, String description) {
    Sensor sensor = metrics.sensor(name);
    sensor.add(name(name, description), new CumulativeSum());
    return sensor;
  }

  void pollStarts(long nowMs) {
    if (pollStartMs >= 0) {
      double between = nowMs - pollStartMs;
      betweenPolls.record(between, nowMs);
      if (between > 0 && pollEndMs >= pollStartMs) {
        pollIdle.record((pollEndMs - pollStartMs) / between, nowMs);
      }
    }
    pollStartMs = nowMs;
  }

  void pollEnds(long nowMs) {
    pollEndMs = nowMs;
  }

  void consumed(TopicPartition partition, int count, long size) {
    bytes.record(size);
    records.record(count);
    Sensor[] ofTopic =
        topics.computeIfAbsent(
            partition.topic(),
            topic ->
                new Sensor[] {
                  rated("bytes-consumed", FETCH, "bytes consumed", Map.of("topic", topic)),
                  rated("records-consumed", FETCH, "records consumed", Map.of("topic", topic))
                });
    ofTopic[0].record(size);
    ofTopic[1].record(count);
  }

  /** So many events were read that are not wanted. */
  void passed(long count) {
    if (count > 0) {
      passed.record(count);
    }
  }

  void lag(TopicPartition partition, long lag) {
    lagMax.record(lag);
    lags.computeIfAbsent(partition, this::lagOf).record(lag);
  }

  private Sensor lagOf(TopicPartition partition) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("topic", partition.topic());
    tags.put("partition", String.valueOf(partition.partition()));
    Sensor sensor = metrics.sensor(partition + ".records-lag");
    sensor.add(metrics.metricName("records-lag", FETCH, "Records behind now", tags), new Value());
    sensor.add(
        metrics.metricName("records-lag-max", FETCH, "Most records behind", tags), new Max());
    sensor.add(
        metrics.metricName("records-lag-avg", FETCH, "Average records behind", tags), new Avg());
    return sensor;
  }

  /** Shows no more of partitions that are not among these. */
  void keepLags(Set<TopicPartition> assigned) {
    lags.keySet()
        .removeIf(
            partition -> {
              boolean gone = !assigned.contains(partition);
              if (gone) {
                metrics.removeSensor(partition + ".records-lag");
              }
              return gone;
            });
  }

  void committed(long nanos) {
    commits.record(nanos / NANOS_PER_MS);
  }

  void rebalanced(long nanos) {
    rebalances.record(nanos / NANOS_PER_MS);
  }

  void commitSyncTook(long nanos) {
    commitSync.record(nanos);
  }

  void committedTook(long nanos) {
    committed.record(nanos);
  }
}
