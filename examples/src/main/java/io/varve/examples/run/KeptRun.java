package io.varve.examples.run;

import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;

/** What a user may do with a cluster that was kept. */
final class KeptRun {
  private KeptRun() {}

  static void describe(RunSettings settings, LocalCluster cluster, Screen screen) {
    String bootstrap = cluster.broker().bootstrap();
    screen.line("");
    screen.line(screen.strong("The cluster is still up. To look around:"));
    for (Worker worker : cluster.workers()) {
      screen.line(
          "  connectors    curl -s '%s/connectors?expand=status'".formatted(worker.restUrl()));
      screen.line(
          "  positions     curl -s %s/connectors/replay-slice/offsets".formatted(worker.restUrl()));
      screen.line("  worker's log  less %s".formatted(worker.logFile()));
    }
    screen.line(
        """
          broker        %s
          topics        %s, %s, %s
          some events   java -cp 'local-cluster/target/kafka-libs/*' \\
                          org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server %s \\
                          --topic %s --from-beginning --isolation-level read_committed --max-messages 5
          the store     find %s -type f | sort
          the end       ./demo --stop %s"""
            .formatted(
                bootstrap,
                settings.topic(),
                settings.sliceTopic(),
                settings.allTopic(),
                bootstrap,
                settings.sliceTopic(),
                settings.store(),
                settings.work()));
  }
}
