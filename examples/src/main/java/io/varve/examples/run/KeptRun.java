package io.varve.examples.run;

import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;

/** What a user may do with a cluster that was kept. */
final class KeptRun {
  private KeptRun() {}

  static void describe(RunSettings settings, LocalCluster cluster, Screen screen) {
    String bootstrap = cluster.broker().bootstrap();
    Worker worker = cluster.workers().get(0);
    screen.line("");
    screen.line(screen.strong("The cluster is still up. To look around:"));
    line(screen, "connectors", "curl -s '%s/connectors?expand=status'", worker.restUrl());
    line(screen, "positions", "curl -s %s/connectors/replay-slice/offsets", worker.restUrl());
    line(screen, "worker's log", "less %s", worker.logFile());
    line(screen, "broker", "%s", bootstrap);
    line(
        screen,
        "topics",
        "%s, %s, %s",
        settings.topic(),
        settings.sliceTopic(),
        settings.allTopic());
    line(screen, "some events", "java -cp 'local-cluster/target/kafka-libs/*' \\");
    line(screen, "", "  org.apache.kafka.tools.consumer.ConsoleConsumer \\");
    line(screen, "", "  --bootstrap-server %s --topic %s \\", bootstrap, settings.sliceTopic());
    line(screen, "", "  --from-beginning --isolation-level read_committed --max-messages 5");
    line(screen, "the store", "find %s -type f | sort", settings.store());
    line(screen, "the end", "./demo --stop %s", settings.work());
  }

  private static void line(Screen screen, String name, String format, Object... arguments) {
    screen.line("  %-14s%s".formatted(name, format.formatted(arguments)));
  }
}
