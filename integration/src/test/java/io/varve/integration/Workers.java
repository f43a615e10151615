package io.varve.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.cluster.ConnectorStatus;
import io.varve.cluster.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Several workers of one cluster: who runs what, and one of them frozen. */
final class Workers {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private Workers() {}

  static String id(Worker worker) {
    return worker.restUrl().getAuthority();
  }

  /** Those that run tasks of the connectors, by what {@code asked} knows. */
  static Set<String> running(Worker asked, String... connectors) {
    return Stream.of(connectors)
        .flatMap(connector -> asked.rest().status(connector).tasks().stream())
        .filter(task -> task.state().equals("RUNNING"))
        .map(ConnectorStatus.Task::workerId)
        .collect(Collectors.toSet());
  }

  /** Waits until a topic has so many committed events, or tells what keeps the connectors. */
  static void awaitCount(
      String bootstrap, String topic, int count, Worker asked, String... connectors) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(TopicEvents.count(bootstrap, topic))
                    .as(() -> "events in " + topic + "; " + status(asked, connectors))
                    .isGreaterThanOrEqualTo(count));
  }

  private static String status(Worker asked, String... connectors) {
    return Arrays.stream(connectors)
        .map(asked.rest()::status)
        .flatMap(
            status ->
                status.tasks().stream()
                    .map(
                        task ->
                            "%s %d %s on %s%s"
                                .formatted(
                                    status.name(),
                                    task.id(),
                                    task.state(),
                                    task.workerId(),
                                    task.trace() == null ? "" : ": " + task.trace())))
        .collect(Collectors.joining(", "));
  }

  /** Stops all of the process's threads, as a machine that hangs does. */
  static void freeze(Worker worker) throws IOException, InterruptedException {
    signal(worker, "STOP");
  }

  static void wake(Worker worker) throws IOException, InterruptedException {
    signal(worker, "CONT");
  }

  private static void signal(Worker worker, String signal)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(worker.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
