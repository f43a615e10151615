package io.varve.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A distributed Connect worker. It is ready when {@code GET /health} answers 200: it has joined its
 * group and read its topics.
 *
 * <p>Its settings are Kafka's own except where one node, byte-exact events, or quick take-over from
 * a killed worker ask for others; see {@link #settings}.
 */
public final class Worker extends ClusterProcess {
  private final ConnectRest rest;
  private final OptionalInt jmxPort;

  Worker(
      String name,
      ProcessFiles files,
      Host host,
      List<String> jvmOptions,
      int restPort,
      OptionalInt jmxPort) {
    super(name, "connect", files, host, jvmOptions, List.of(files.settings().toString()));
    this.rest = new ConnectRest(URI.create("http://127.0.0.1:" + restPort), this::describe);
    this.jmxPort = jmxPort;
  }

  public URI restUrl() {
    return rest.url();
  }

  public ConnectRest rest() {
    return rest;
  }

  /**
   * Connects to the worker's MBeans. The connection ends with the process.
   *
   * @throws ClusterException if the cluster was built without {@link LocalClusterBuilder#jmx()}, or
   *     the worker isn't running
   */
  public JmxMetrics metrics() {
    int port =
        jmxPort.orElseThrow(
            () -> new ClusterException(name() + " has no JMX port: build the cluster with jmx()."));
    return JmxMetrics.connect(port, this::describe);
  }

  @Override
  boolean isReady() {
    return rest.isHealthy();
  }

  static List<String> jmxOptions(int port) {
    String prefix = "-Dcom.sun.management.jmxremote";
    return List.of(
        prefix + ".port=" + port,
        prefix + ".rmi.port=" + port,
        prefix + ".host=127.0.0.1",
        prefix + ".authenticate=false",
        prefix + ".ssl=false",
        "-Djava.rmi.server.hostname=127.0.0.1");
  }

  static Map<String, String> settings(
      String bootstrap, int restPort, List<Path> pluginPath, Map<String, String> overrides) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("bootstrap.servers", bootstrap);
    settings.put("group.id", "varve-local");
    settings.put("listeners", "http://127.0.0.1:" + restPort);
    settings.put("rest.advertised.host.name", "127.0.0.1");
    settings.put("rest.advertised.port", Integer.toString(restPort));
    if (!pluginPath.isEmpty()) {
      settings.put(
          "plugin.path", pluginPath.stream().map(Path::toString).collect(Collectors.joining(",")));
    }
    // The strict way: a plugin without its service file isn't found.
    settings.put("plugin.discovery", "service_load");
    for (String topic : List.of("config", "offset", "status")) {
      settings.put(topic + ".storage.topic", "connect-" + topic);
      settings.put(topic + ".storage.replication.factor", "1");
    }
    settings.put("offset.storage.partitions", "1");
    settings.put("status.storage.partitions", "1");
    // Bytes in, the same bytes out.
    for (String part : List.of("key", "value", "header")) {
      settings.put(part + ".converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
    }
    settings.put("connector.client.config.override.policy", "All");
    // After a kill the next worker goes on within seconds. By the defaults, the dead worker's tasks
    // would wait five minutes for its return, its sinks' partitions 45 seconds, and the start of
    // any
    // worker a minute for the transaction that an exactly-once source left open.
    settings.put("scheduled.rebalance.max.delay.ms", "0");
    settings.put("session.timeout.ms", "6000");
    settings.put("heartbeat.interval.ms", "1500");
    settings.put("consumer.session.timeout.ms", "6000");
    settings.put("consumer.heartbeat.interval.ms", "1500");
    settings.put("producer.transaction.timeout.ms", "10000");
    settings.putAll(overrides);
    return settings;
  }
}
