package io.varve.benchmarks.consumer;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.MeteredTurn;
import io.varve.benchmarks.measure.ResultTable;
import io.varve.benchmarks.measure.Rounds;
import io.varve.cluster.LocalCluster;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import io.varve.replay.VarveConsumer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The same events in a topic and in a store, read by poll loops in turn.
 *
 * @param folder a folder of its own, deleted at the end
 * @param eventBytes size of each value
 * @param events of all partitions together; a multiple of their number
 * @param wanted who takes part, by name
 * @param progress is told of every turn
 */
public record ConsumerContest(
    Path folder,
    int eventBytes,
    long events,
    int partitions,
    Rounds rounds,
    Predicate<String> wanted,
    Consumer<String> progress) {

  private static final String TOPIC = "events";
  private static final String KAFKA = "KafkaConsumer";
  private static final int RECORDS_LARGE = 5_000;

  /** Returns the table, in Markdown. */
  public String run() throws Exception {
    Files.createDirectories(folder);
    Values values = new Values(eventBytes);
    try (LocalCluster cluster =
        LocalCluster.in(folder.resolve("cluster")).progress(progress).open()) {
      cluster.startBroker();
      progress.accept("filling topic and stores");
      fillTopic(cluster, values);
      fillStore("none", Codec.NONE, values);
      fillStore("lz4", Codec.LZ4, values);
      String bootstrap = cluster.broker().bootstrap();
      List<ReadAll> all =
          List.of(
              kafka(KAFKA, bootstrap, 500),
              varve("VarveConsumer", "none", 500),
              varve("VarveConsumer, lz4", "lz4", 500),
              kafka(KAFKA + ", 5,000 a poll", bootstrap, RECORDS_LARGE),
              varve("VarveConsumer, 5,000 a poll", "none", RECORDS_LARGE));
      List<MeteredTurn> turns =
          all.stream()
              .filter(each -> wanted.test(each.name()))
              .map(each -> new MeteredTurn(each, 0))
              .toList();
      return new ResultTable(
              "Poll loop, " + ResultTable.size(eventBytes), eventBytes, List.of(KAFKA))
          .of(rounds.run(turns, progress));
    } finally {
      Folders.delete(folder);
    }
  }

  private ReadAll kafka(String name, String bootstrap, int pollRecordsMax) {
    return new ReadAll(
        name,
        TOPIC,
        partitions,
        events,
        () ->
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "max.poll.records", pollRecordsMax),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer()));
  }

  private ReadAll varve(String name, String store, int pollRecordsMax) {
    return new ReadAll(
        name,
        TOPIC,
        partitions,
        events,
        () ->
            new VarveConsumer<>(
                Map.of(
                    "varve.store.path",
                    folder.resolve(store).toAbsolutePath().toString(),
                    "max.poll.records",
                    pollRecordsMax),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer()));
  }

  /** Whether it succeeds shows in the callback, and when all are read. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void fillTopic(LocalCluster cluster, Values values) {
    cluster.topics().create(TOPIC, partitions);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            cluster.broker().bootstrap(),
            "batch.size",
            128 << 10,
            "linger.ms",
            20);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long event = 0; event < events; event++) {
        long number = event;
        producer.send(
            new ProducerRecord<>(
                TOPIC,
                (int) (event % partitions),
                Values.FIRST_TIMESTAMP_MS + event,
                null,
                values.get(event)),
            (sent, failure) -> {
              if (failure != null) {
                progress.accept("event " + number + " was not sent: " + failure);
              }
            });
      }
      producer.flush();
    }
  }

  private void fillStore(String name, Codec codec, Values values) {
    try (Store store = Store.open(folder.resolve(name), StoreSettings.defaults())) {
      for (int partition = 0; partition < partitions; partition++) {
        StreamPartition log = new StreamPartition(TOPIC, 1, partition);
        try (LogWriter writer =
            store.openWriter(log, LogSettings.defaults().withCodec(codec), "benchmark")) {
          for (long offset = 0; offset < events / partitions; offset++) {
            writer.append(
                Event.of(offset, Values.FIRST_TIMESTAMP_MS + offset, null, values.get(offset)));
          }
        }
      }
    }
  }
}
