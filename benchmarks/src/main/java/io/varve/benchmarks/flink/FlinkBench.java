package io.varve.benchmarks.flink;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.cluster.LocalCluster;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.VarveSource;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The same events in a store and in a topic.
 *
 * @param flink where jobs run
 * @param kafka where the topics are
 * @param folder where the store is
 * @param events of all partitions together; a multiple of {@link #PARTITIONS}
 */
record FlinkBench(
    MiniCluster flink,
    LocalCluster kafka,
    Path folder,
    Values values,
    long events,
    int parallelism) {

  static final int PARTITIONS = 4;

  /** Runs a job from the source to {@link Arrivals}, from beginning to end. */
  void run(Source<byte[], ?, ?> source) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration);
    env.setParallelism(parallelism);
    env.fromSource(source, WatermarkStrategy.forMonotonousTimestamps(), "source")
        .sinkTo(new Arrivals());
    JobGraph graph = env.getStreamGraph().getJobGraph(FlinkBench.class.getClassLoader());
    flink.submitJob(graph).get();
    flink
        .requestJobResult(graph.getJobID())
        .get()
        .toJobExecutionResult(FlinkBench.class.getClassLoader());
  }

  void fillStream(String stream, Codec codec) {
    LogSettings settings = LogSettings.defaults().withCodec(codec);
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        StreamPartition log = new StreamPartition(stream, 1, partition);
        try (LogWriter writer = store.openWriter(log, settings, "benchmark")) {
          for (long offset = 0; offset < events / PARTITIONS; offset++) {
            writer.append(
                Event.of(offset, Values.FIRST_TIMESTAMP_MS + offset, null, values.get(offset)));
          }
        }
      }
    }
  }

  void fillTopic(String topic, String compression) throws ExecutionException, InterruptedException {
    kafka.topics().create(topic, PARTITIONS);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            kafka.broker().bootstrap(),
            "batch.size",
            256 << 10,
            "linger.ms",
            20,
            "compression.type",
            compression);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      Future<RecordMetadata> last = null;
      for (long event = 0; event < events; event++) {
        long offset = event / PARTITIONS;
        last =
            producer.send(
                new ProducerRecord<>(
                    topic,
                    (int) (event % PARTITIONS),
                    Values.FIRST_TIMESTAMP_MS + offset,
                    null,
                    values.get(offset)));
      }
      producer.flush();
      if (last != null) {
        last.get();
      }
    }
  }

  Source<byte[], ?, ?> stream(String stream) {
    return VarveSource.<byte[]>builder()
        .setStore(folder.toString())
        .setStreams(stream)
        .setBounded(LogPlace.latest())
        .setValueOnlyDeserializer(new Plain())
        .build();
  }

  Source<byte[], ?, ?> topic(String topic, Map<String, String> consumer) {
    var source =
        KafkaSource.<byte[]>builder()
            .setBootstrapServers(kafka.broker().bootstrap())
            .setTopics(topic)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setBounded(OffsetsInitializer.latest())
            .setValueOnlyDeserializer(new Plain());
    consumer.forEach(source::setProperty);
    return source.build();
  }
}
