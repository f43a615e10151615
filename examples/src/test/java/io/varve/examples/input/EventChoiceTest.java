package io.varve.examples.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.examples.event.DemoEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventChoiceTest {
  @TempDir Path folder;

  @Test
  void theSampleSpansManyYearsAndNamesNobody() throws IOException {
    EventSet sample = EventChoice.sample();
    assertThat(sample.events()).hasSizeGreaterThan(5_000);
    assertThat(sample.timesMs()).isSorted();
    assertThat(sample.timesMs()[0])
        .isLessThan(Instant.parse("2000-01-01T00:00:00Z").toEpochMilli());
    assertThat(sample.events())
        .allSatisfy(
            event ->
                assertThat(event.value().toString())
                    .doesNotContain("@")
                    .startsWith("{\"package\":"));
    DemoEvent first = sample.events().get(0);
    assertThat(first.headers())
        .extracting(DemoEvent.Header::name)
        .containsExactly("urgency", "distribution");
  }

  @Test
  void takesTheFirstOrGoesRoundAgain() throws IOException {
    String file = file("{\"t\":1}\n{\"t\":2}\n{\"t\":3}\n");
    assertThat(new EventChoice(2, file, null, "t").read().timesMs()).containsExactly(1, 2);
    assertThat(new EventChoice(7, file, null, "t").read().timesMs())
        .containsExactly(1, 2, 3, 1, 2, 3, 1);
    assertThat(new EventChoice(null, file, null, "t").read().timesMs()).containsExactly(1, 2, 3);
  }

  @Test
  void aChoiceThatMakesNoSenseIsRefused() throws IOException {
    String file = file("\n");
    assertRefused(new EventChoice(0, null, null, null), "--events 0: expected at least 1");
    assertRefused(new EventChoice(null, file, "k", null), "--input needs --time");
    assertRefused(new EventChoice(null, null, "k", null), "which is missing");
    assertRefused(new EventChoice(null, file, null, "t"), "holds no events");
    assertRefused(new EventChoice(null, file + "x", null, "t"), "is not a file that can be read");
    assertRefused(
        new EventChoice(null, folder.toString(), null, "t"), "is not a file that can be read");
  }

  private static void assertRefused(EventChoice choice, String message) {
    assertThatThrownBy(choice::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private String file(String lines) throws IOException {
    return Files.writeString(folder.resolve("events.jsonl"), lines).toString();
  }
}
