package io.varve.replay;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interceptors that are set, one behind the other. What one of them throws is logged, and the
 * next one gets what that one was given.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Interceptors<K, V> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Interceptors.class);

  private final List<ConsumerInterceptor<K, V>> all;

  Interceptors(List<ConsumerInterceptor<K, V>> all) {
    this.all = all;
  }

  @SuppressWarnings("CatchingUnchecked") // whatever a program's own code throws
  ConsumerRecords<K, V> onConsume(ConsumerRecords<K, V> records) {
    ConsumerRecords<K, V> seen = records;
    for (ConsumerInterceptor<K, V> each : all) {
      try {
        seen = each.onConsume(seen);
      } catch (Exception e) {
        LOG.warn("Interceptor {} failed on records", each.getClass().getName(), e);
      }
    }
    return seen;
  }

  @SuppressWarnings("CatchingUnchecked")
  void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    for (ConsumerInterceptor<K, V> each : all) {
      try {
        each.onCommit(offsets);
      } catch (Exception e) {
        LOG.warn("Interceptor {} failed on a commit", each.getClass().getName(), e);
      }
    }
  }

  @Override
  @SuppressWarnings("CatchingUnchecked")
  public void close() {
    for (ConsumerInterceptor<K, V> each : all) {
      try {
        each.close();
      } catch (Exception e) {
        LOG.error("Closing interceptor {} failed", each.getClass().getName(), e);
      }
    }
  }
}
