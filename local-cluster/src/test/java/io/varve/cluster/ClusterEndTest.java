package io.varve.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever becomes of the program that started a cluster, no process is left that nobody asked to
 * keep.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ClusterEndTest {
  @TempDir Path folder;

  @AfterEach
  void endWhatAFailedTestLeft() {
    KeptCluster.end(folder);
  }

  @Test
  void theBrokerEndsWhenItsParentIsKilled() throws Exception {
    Process parent = parent();

    parent.destroyForcibly().waitFor();

    awaitNothingRuns();
  }

  @Test
  void theBrokerEndsWhenItsParentExitsWithoutClosing() throws Exception {
    Process parent = parent();

    send(parent, 'x');
    parent.waitFor();

    awaitNothingRuns();
  }

  @Test
  void aBrokerThatIsKeptOutlivesItsParentUntilItIsEndedByItsFolder() throws Exception {
    Process parent = parent();

    send(parent, 'k');
    parent.waitFor();

    assertThat(KeptCluster.running(folder)).hasSize(1);
    assertThat(KeptCluster.end(folder)).isEqualTo(1);
    assertThat(KeptCluster.running(folder)).isEmpty();
  }

  @Test
  void aBrokerThatCannotStartSaysWhyAndWhereItsLogIs() {
    try (LocalCluster cluster =
        LocalCluster.in(folder).brokerSetting("num.io.threads", "none").open()) {
      assertThatThrownBy(cluster::startBroker)
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("before it was ready")
          .hasMessageContaining(folder.resolve("broker").resolve("broker.log").toString())
          .hasMessageContaining("Invalid value none for configuration num.io.threads");
    }
  }

  private Process parent() throws IOException {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ClusterParent.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(parent.getInputStream(), UTF_8));
    assertThat(output.readLine()).isEqualTo(ClusterParent.LAUNCHED);
    assertThat(KeptCluster.running(folder)).hasSize(1);
    return parent;
  }

  private static void send(Process parent, char command) throws IOException {
    parent.getOutputStream().write(command);
    parent.getOutputStream().flush();
  }

  private void awaitNothingRuns() {
    await().atMost(Duration.ofMinutes(1)).until(() -> KeptCluster.running(folder).isEmpty());
  }
}
