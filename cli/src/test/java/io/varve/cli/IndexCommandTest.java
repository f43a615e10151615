package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IndexCommandTest {

  private static final StreamPartition LOG = new StreamPartition("payments", 1, 0);

  @TempDir Path folder;
  private Path storePath;

  @BeforeEach
  void fill() {
    storePath = folder.resolve("store");
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      events.add(
          new Event(
              i,
              Stores.NOON_MS + i * 1000L,
              TimestampType.CREATE,
              Encoding.STRING,
              Stores.text("k" + i % 10),
              Encoding.STRING,
              Stores.text(
                  "{\"customer_id\":"
                      + i * 7
                      + ",\"total\":"
                      + i / 2.0
                      + ",\"note\":\"n"
                      + i
                      + "\"}"),
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
    }
    try (Store store = Store.open(storePath, StoreSettings.defaults())) {
      Stores.append(store, LOG, events);
    }
  }

  private List<String> offsets(Object... options) {
    Object[] arguments = new Object[options.length + 3];
    arguments[0] = "cat";
    arguments[1] = storePath;
    arguments[2] = "payments";
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Run.of(arguments).out().lines().map(line -> line.split("\t")[0]).toList();
  }

  @Test
  void addsBuildsShowsAndDropsIndexes() {
    Run added =
        Run.of("index", storePath, "payments", "--add", "customer_id,value.total", "--build");

    assertThat(added.exitCode()).isEqualTo(ExitCode.FINE);
    assertThat(added.lines()).hasSize(3);
    assertThat(added.lines()[1]).contains("value.customer_id");
    String[] columns = added.lines()[1].trim().split("  +");
    assertThat(columns[2]).isEqualTo(columns[3]).isNotEqualTo("0");
    assertThat(Run.of("index", storePath, "payments").out()).isEqualTo(added.out());

    Run dropped = Run.of("index", storePath, "payments", "--drop", "total", "--build");

    assertThat(dropped.lines()).hasSize(2);
    Run unknown = Run.of("index", storePath, "payments", "--drop", "nothing");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(unknown.err()).contains("its fields are [value.customer_id]");
    assertThat(Run.of("index", storePath, "payments", "--add", "a..b").exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void printsTheEventsOfWhichAFilterIsTrueWithAndWithoutIndex() {
    String filter = "value.customer_id == 700 || value.total >= 149.0 && key == \"k9\"";
    List<String> whole = offsets("--where", filter);
    Run.of("index", storePath, "payments", "--add", "customer_id,total", "--build");

    assertThat(whole).containsExactly("100", "299");
    assertThat(offsets("--where", filter)).isEqualTo(whole);
    assertThat(offsets("--where", filter, "--to-offset", 200)).containsExactly("100");
    assertThat(offsets("--where", "value.total > 0.0", "--limit", 2)).containsExactly("1", "2");
  }

  @Test
  void explainsHowAFilterWouldBeAnswered() {
    Run.of("index", storePath, "payments", "--add", "customer_id", "--build");

    Run run =
        Run.of(
            "cat",
            storePath,
            "payments",
            "--explain",
            "--where",
            "value.customer_id == 700 && value.total > 1.0");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FINE);
    assertThat(run.out())
        .contains("value.customer_id == 700 and value.total > 1.0")
        .contains("blocks may match")
        .contains("value.total is not indexed");
    assertThat(Run.of("cat", storePath, "payments", "--explain").exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void exportsTheEventsOfWhichAFilterIsTrue() throws IOException {
    Path file = folder.resolve("some.jsonl");

    Run run =
        Run.of(
            "export",
            storePath,
            "payments",
            file,
            "--format",
            "jsonl",
            "--where",
            "value.note.startsWith(\"n10\")");

    assertThat(run.exitCode()).isEqualTo(ExitCode.FINE);
    assertThat(Files.readAllLines(file)).hasSize(11);
  }

  @Test
  void refusesAFilterThatIsWrong() {
    Run run = Run.of("cat", storePath, "payments", "--where", "value.a = 1");

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("line 1, column 9").contains("^");
  }
}
