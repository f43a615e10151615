package io.varve.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A single-node Kafka cluster: broker and controller in one process.
 *
 * <p>Its settings are Kafka's own except where one node, or events of any age, would be served
 * badly by them; see {@link #settings}.
 */
public final class Broker extends ClusterProcess {
  private static final int CONNECT_TIMEOUT_MS = 500;

  private final int port;
  private final Topics topics;

  Broker(ProcessFiles files, Host host, List<String> jvmOptions, int port, String clusterId) {
    super(
        "broker",
        "broker",
        files,
        host,
        jvmOptions,
        List.of(files.settings().toString(), clusterId));
    this.port = port;
    this.topics = new Topics(bootstrap());
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  public Topics topics() {
    return topics;
  }

  @Override
  boolean isReady() {
    return listens() && topics.hasBroker();
  }

  /** Spares the admin client, and the reader of its log, a row of refused connections. */
  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  static Map<String, String> settings(
      int port, int controllerPort, String dataFolder, Map<String, String> overrides) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", dataFolder);
    // One node: one replica, and no more partitions of the internal topics than one node has use
    // for.
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    // A new group gets its partitions at once; a killed member or transaction is noticed as soon as
    // its client asks for that.
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.min.session.timeout.ms", "1000");
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    // A deleted topic stays deleted: a consumer that still asks for it would create it anew.
    settings.put("auto.create.topics.enable", "false");
    // Events keep their own timestamps. By the defaults, old ones would be deleted within minutes,
    // events of some years
    // would be cut into hundreds of segments, and those of the future would be refused.
    settings.put("log.retention.ms", "-1");
    settings.put("log.roll.ms", Long.toString(Long.MAX_VALUE));
    settings.put("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
    // The default takes a quarter of the heap.
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    settings.putAll(overrides);
    return settings;
  }
}
