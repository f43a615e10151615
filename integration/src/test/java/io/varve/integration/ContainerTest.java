package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.varve.cluster.ConnectRest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * The same line in containers: a worker with the unpacked archives of both connectors archives onto
 * a volume, is killed, and another one that is given the volume goes on and replays.
 *
 * <p>The image is built from this machine's files; {@code -Dkafka.image=apache/kafka:4.3.1} takes a
 * public one. Skipped, with the reason, where there is no Docker.
 */
final class ContainerTest {
  private static final int PARTITIONS = 2;
  private static final int EVENTS = 2000;
  private static final int REST_PORT = 8083;
  private static final String STORE = "/var/lib/varve/store";
  private static final String PLUGINS = "/usr/share/varve/plugins";

  private static final Path LOGS = Path.of("target", "clusters", "containers");

  private static DockerImageName image;

  @TempDir static Path folder;

  @BeforeAll
  static void findImage() throws IOException, InterruptedException {
    Files.createDirectories(LOGS);
    image = ContainerImage.findOrSkip();
    PluginArchives.unpack(folder.resolve("plugins"));
  }

  @Test
  void volumeOutlivesTheWorkerAndIsReplayedByTheNext() throws Exception {
    String volume = "varve-test-" + UUID.randomUUID();
    try (Network network = Network.newNetwork();
        KafkaContainer broker = broker(network)) {
      broker.start();
      String bootstrap = broker.getBootstrapServers();
      create(bootstrap, "events");
      create(bootstrap, "events-back");

      try (GenericContainer<?> first = worker("first", network, volume)) {
        first.start();
        Producers.send(bootstrap, Producers.numbered("events", PARTITIONS, 0, EVENTS / 2));
        ConnectRest rest = rest(first);
        Connectors connectors = new Connectors(rest, Path.of(STORE));
        connectors.start("archive", connectors.sink("events"));
        awaitArchived(rest, EVENTS / 2);
        Producers.send(bootstrap, Producers.numbered("events", PARTITIONS, EVENTS / 2, EVENTS / 2));
        first.getDockerClient().killContainerCmd(first.getContainerId()).exec();
      }
      try (GenericContainer<?> second = worker("second", network, volume)) {
        second.start();
        ConnectRest rest = rest(second);
        awaitArchived(rest, EVENTS);
        Connectors connectors = new Connectors(rest, Path.of(STORE));
        connectors.start("replay", connectors.source("events", "${stream}-back"));
        await()
            .atMost(Connectors.LIMIT)
            .until(() -> TopicEvents.count(bootstrap, "events-back") >= EVENTS);
        assertThat(TopicEvents.read(bootstrap, "events-back"))
            .isEqualTo(TopicEvents.read(bootstrap, "events"));
      }
    } finally {
      DockerClientFactory.lazyClient().removeVolumeCmd(volume).exec();
    }
  }

  private static KafkaContainer broker(Network network) {
    return new KafkaContainer(image.asCompatibleSubstituteFor("apache/kafka"))
        .withNetwork(network)
        .withListener("broker:19092")
        // By the default, events of 2020 would be gone within half a minute.
        .withEnv("KAFKA_LOG_RETENTION_MS", "-1")
        .withEnv("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "4")
        .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "4");
  }

  private static GenericContainer<?> worker(String name, Network network, String volume) {
    return new GenericContainer<>(image)
        .withNetwork(network)
        .withExposedPorts(REST_PORT)
        .withCopyFileToContainer(MountableFile.forHostPath(folder.resolve("plugins")), PLUGINS)
        .withCopyToContainer(Transferable.of(settings()), "/etc/varve/worker.properties")
        .withCreateContainerCmdModifier(
            create -> {
              // A new volume belongs to root.
              create.withUser("0");
              create
                  .getHostConfig()
                  .withBinds(new Bind(volume, new Volume(Path.of(STORE).getParent().toString())));
            })
        .withCopyFileToContainer(
            MountableFile.forHostPath(Path.of("src/test/docker/log4j2.properties")),
            "/etc/varve/log4j2.properties")
        .withLogConsumer(frame -> log(name, frame.getUtf8String()))
        .withCommand(
            "java",
            "-Xmx512m",
            "-Dlog4j2.configurationFile=/etc/varve/log4j2.properties",
            "-cp",
            "/opt/kafka/libs/*",
            "org.apache.kafka.connect.cli.ConnectDistributed",
            "/etc/varve/worker.properties")
        .waitingFor(Wait.forHttp("/health").forPort(REST_PORT))
        .withStartupTimeout(Connectors.LIMIT);
  }

  /** Keeps what a worker says, beside the logs of the clusters. */
  private static void log(String name, String text) {
    try {
      Files.writeString(
          LOGS.resolve(name + ".log"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings() {
    return """
        bootstrap.servers=broker:19092
        group.id=varve
        listeners=http://0.0.0.0:%d
        plugin.path=%s
        plugin.discovery=service_load
        config.storage.topic=connect-config
        offset.storage.topic=connect-offset
        status.storage.topic=connect-status
        config.storage.replication.factor=1
        offset.storage.replication.factor=1
        offset.storage.partitions=1
        status.storage.replication.factor=1
        status.storage.partitions=1
        key.converter=org.apache.kafka.connect.converters.ByteArrayConverter
        value.converter=org.apache.kafka.connect.converters.ByteArrayConverter
        exactly.once.source.support=enabled
        offset.flush.interval.ms=1000
        scheduled.rebalance.max.delay.ms=0
        session.timeout.ms=6000
        heartbeat.interval.ms=1500
        consumer.session.timeout.ms=6000
        consumer.heartbeat.interval.ms=1500
        producer.transaction.timeout.ms=10000
        """
        .formatted(REST_PORT, PLUGINS);
  }

  private static ConnectRest rest(GenericContainer<?> worker) {
    return new ConnectRest(
        URI.create("http://%s:%d".formatted(worker.getHost(), worker.getMappedPort(REST_PORT))));
  }

  /** Only what is durable in the store is committed. */
  private static void awaitArchived(ConnectRest rest, long events) {
    await()
        .atMost(Connectors.LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        rest.offsets("archive").stream()
                            .mapToLong(
                                each -> ((Number) each.offset().get("kafka_offset")).longValue())
                            .sum())
                    .isEqualTo(events));
  }

  private static void create(String bootstrap, String topic)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
    }
  }
}
