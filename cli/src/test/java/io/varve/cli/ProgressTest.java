package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.testkit.ManualClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class ProgressTest {

  private static final String ON_A_TERMINAL = "varve.progress";

  private final StringWriter text = new StringWriter();
  private final PrintWriter err = new PrintWriter(text);
  private final ManualClock clock = new ManualClock();

  @AfterEach
  void noTerminal() {
    System.clearProperty(ON_A_TERMINAL);
  }

  private Progress progress(String... arguments) {
    return CommandLine.populateCommand(new Progress(clock), arguments);
  }

  private void run(Progress progress) {
    progress.bytes(err, "verify", 0, 400 << 20);
    clock.advanceMs(2_000);
    progress.bytes(err, "verify", 100 << 20, 400 << 20);
    progress.end(err);
  }

  @Test
  void tellsRateAndEstimatedEnd() {
    run(progress("--progress"));

    assertThat(text.toString())
        .isEqualTo(
            "\r\u001b[Kverify  100.0 MiB of 400.0 MiB  25 %  50.0 MiB/s  0:06 left\r\u001b[K");
  }

  @Test
  void isShownOnATerminalUnlessItIsNotWanted() {
    run(progress());
    assertThat(text.toString()).isEmpty();

    System.setProperty(ON_A_TERMINAL, "true");
    run(progress("--no-progress"));
    assertThat(text.toString()).isEmpty();

    run(progress());
    assertThat(text.toString()).contains("25 %");
  }

  @Test
  void staysOnIfAskedForOnATerminal() {
    System.setProperty(ON_A_TERMINAL, "true");

    run(progress("--progress"));

    assertThat(text.toString()).contains("25 %");
  }

  @Test
  void saysNothingOfWhatIsDoneWithinASecond() {
    Progress progress = progress("--progress");
    progress.bytes(err, "verify", 0, 100);
    clock.advanceMs(900);
    progress.bytes(err, "verify", 90, 100);
    progress.end(err);

    assertThat(text.toString()).isEmpty();
  }

  @Test
  void endsTheWorkWhenTheUserWantsItToEnd() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> progress().bytes(err, "verify", 1, 2))
          .isInstanceOf(CancellationException.class);
    } finally {
      Thread.interrupted();
    }
  }
}
