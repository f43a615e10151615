package io.varve.examples.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void withoutATerminalThereAreOnlyPlainLines() {
    Screen screen = screen(0);
    screen.progress("archived", 0, 12_000, 0);
    screen.progress("archived", 6_000, 12_000, 1234);
    screen.step("%,d done, %s", 12_000, screen.good("well"));
    assertThat(out.toString(UTF_8)).doesNotContain("\u001b", "\r").contains("12,000 done, well\n");
    assertThat(out.toString(UTF_8).lines()).hasSize(2);
  }

  @Test
  void onATerminalTheBarIsRedrawnInPlaceAndFitsTheWidth() {
    Screen screen = screen(60);
    screen.progress("archived", 6_000, 12_000, 1234);
    String bar = out.toString(UTF_8).replaceAll("\u001b\\[[0-9;]*[mK]|\r", "");
    assertThat(bar)
        .contains("6,000 of 12,000 archived  1,234/s", "█░")
        .hasSizeLessThanOrEqualTo(60);
    screen.step("done");
    assertThat(out.toString(UTF_8)).endsWith("s  done\n").containsOnlyOnce("\n");
  }

  @Test
  void aBarThatIsOverfullOrHasNoGoalIsDrawnAllTheSame() {
    Screen screen = screen(80);
    screen.progress("replayed", 13, 12, 0);
    screen.progress("replayed", 0, 0, 0);
    assertThat(out.toString(UTF_8)).contains("13 of 12 replayed", "0 of 0 replayed");
  }

  @Test
  void waitingEndsWhenTheCountStandsStill() {
    CountWatch watch = new CountWatch(screen(0), "archived", () -> 7, 8, Duration.ZERO, () -> {});
    assertThat(watch.awaitGoal()).isFalse();
    assertThat(
            new CountWatch(screen(0), "archived", () -> 8, 8, Duration.ZERO, () -> {}).awaitGoal())
        .isTrue();
  }

  private Screen screen(int columns) {
    return new Screen(new PrintStream(out, true, UTF_8), columns, true);
  }
}
