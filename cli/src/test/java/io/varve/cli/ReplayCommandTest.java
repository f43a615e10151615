package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before a cluster is asked; with one see the module integration. */
final class ReplayCommandTest {

  private static final String SECRET = "hunter2-hunter2";

  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void fill() {
    store = Stores.orders(folder.resolve("store"));
  }

  private Run replay(Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                store,
                "orders",
                "--to",
                "t",
                "--bootstrap-server",
                "127.0.0.1:1",
                "--command-property",
                "default.api.timeout.ms=1",
                "--command-property",
                "request.timeout.ms=1"));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "linger=5, there is no such property",
    "transactional.id=t, makes no transactions",
    "key.serializer=x.Y, as the bytes that they are",
    "acks=0, can't be 0",
    "linger.ms, expected NAME=VALUE",
    "security.protocol=PLAIN, security.protocol"
  })
  void refusesABadProperty(String property, String why) {
    Run run = replay("--command-property", property);

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains(why).hasLineCount(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void takesThePropertiesOfAFileAndNamesThoseThatNobodyKnows() throws Exception {
    Path file = folder.resolve("client.properties");
    Files.writeString(file, "secruity.protocol=SSL\nsecurity.protocol=NONE\n");

    Run run = replay("--command-config", file);

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("secruity.protocol").contains("security.protocol");
    assertThat(replay("--command-config", folder.resolve("none")).err()).contains("no file");
  }

  @ParameterizedTest
  @CsvSource({
    "sasl.jaas.config, no.such.Module required password=\"" + SECRET + "\";",
    "sasl.jaas.config, " + SECRET,
    "ssl.keystore.key, " + SECRET,
    "ssl.truststore.password, " + SECRET
  })
  void noSecretIsInAnyMessage(String name, String value) throws Exception {
    Path trust = folder.resolve("trust");
    Files.writeString(trust, "no key store");
    for (boolean debug : new boolean[] {false, true}) {
      List<Object> arguments =
          new ArrayList<>(
              List.of(
                  "--command-property",
                  "security.protocol=SASL_SSL",
                  "--command-property",
                  "sasl.mechanism=PLAIN",
                  "--command-property",
                  "ssl.truststore.location=" + trust,
                  "--command-property",
                  name + "=" + value));
      if (debug) {
        arguments.add("--debug");
      }
      Run run = replay(arguments.toArray());

      assertThat(run.exitCode()).as(run.toString()).isNotZero();
      assertThat(run.err()).isNotEmpty().doesNotContain(SECRET);
      assertThat(run.out()).doesNotContain(SECRET);
    }
  }

  @Test
  void saysThatTheClusterDoesNotAnswer() {
    Run run = replay();

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("doesn't answer").hasLineCount(1);
  }
}
