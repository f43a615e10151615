package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool in a process of its own, while this one appends. */
final class ToolProcessTest {

  @TempDir Path folder;

  @Test
  void looksOnWhileAnotherProcessAppends() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(Stores.ORDERS_0, Stores.small(), "archive")) {
      writer.append(Stores.numbered(0));
      writer.sync();
      Thread appending =
          new Thread(
              () -> {
                while (!stop.get()) {
                  writer.append(Stores.numbered(writer.nextOffset()));
                  if (writer.nextOffset() % 50 == 0) {
                    writer.sync();
                  }
                }
              });
      appending.start();
      try {
        assertThat(run("streams", folder)).matches("(?s)0\n.*'archive' \\(process .*");
        assertThat(run("verify", folder)).matches("(?s)0\n.*all sound\n");
        assertThat(run("cat", folder, "orders", "--follow", "--limit", "300").lines())
            .hasSize(301)
            .element(300)
            .asString()
            .startsWith("299\t");
        assertThat(run("stats", folder, "--watch", "--times", "2", "--interval", "0.2"))
            .startsWith("0\n");
        assertThat(writer.failure()).isNull();
      } finally {
        stop.set(true);
        appending.join();
      }
    }
  }

  @Test
  void leavesNoLeaseWhenItIsInterrupted() throws Exception {
    Stores.orders(folder);
    List<Path> before = Stores.files(folder);
    Process process = start("cat", folder, "orders", "--follow");
    process.getInputStream().read();
    assertThat(Stores.files(folder)).hasSizeGreaterThan(before.size());

    process.destroy();

    process.waitFor();
    assertThat(Stores.files(folder)).isEqualTo(before);
  }

  /** The exit code on the first line, then what was printed. */
  private static String run(Object... arguments) throws IOException, InterruptedException {
    Process process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + "\n" + output;
  }

  private static Process start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Varve.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
