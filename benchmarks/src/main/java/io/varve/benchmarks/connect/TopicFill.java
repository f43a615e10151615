package io.varve.benchmarks.connect;

import io.varve.benchmarks.load.Values;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Fills a topic before sinks read it. */
final class TopicFill {

  private TopicFill() {}

  /** Creates the topic with the bench's events, spread evenly over its partitions. */
  static void run(Bench bench, String topic) throws ExecutionException, InterruptedException {
    bench.cluster().topics().create(topic, Bench.PARTITIONS);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bench.cluster().broker().bootstrap(),
            "batch.size",
            128 << 10,
            "linger.ms",
            20);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      Future<RecordMetadata> last = null;
      for (long event = 0; event < bench.events(); event++) {
        last =
            producer.send(
                new ProducerRecord<>(
                    topic,
                    (int) (event % Bench.PARTITIONS),
                    Values.FIRST_TIMESTAMP_MS + event,
                    null,
                    bench.values().get(event)));
      }
      producer.flush();
      if (last != null) {
        last.get();
      }
    }
  }
}
