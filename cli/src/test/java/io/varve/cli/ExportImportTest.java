package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExportImportTest {

  @TempDir Path folder;

  private Path store;
  private Path copy;
  private Path file;

  @BeforeEach
  void fill() {
    store = Stores.orders(folder.resolve("store"));
    copy = folder.resolve("copy");
    file = folder.resolve("file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "jsonl"})
  void bringsEveryEventBackToTheByte(String format) {
    assertThat(Run.of("export", store, "orders", file, "--format", format).exitCode()).isZero();

    Run run = Run.of("import", copy, "orders", file);

    assertThat(run).isEqualTo(new Run(0, "102 events in 2 partitions\n", ""));
    assertThat(events(copy, Stores.ORDERS_0)).isEqualTo(Stores.numbered(0, 100));
    assertThat(events(copy, Stores.ORDERS_1)).containsExactly(Stores.odd(5), Stores.tombstone(7));
  }

  @Test
  void importsWhatCatPrints() throws Exception {
    Files.writeString(file, Run.of("cat", store, "orders", "--format", "json").out());

    assertThat(Run.of("import", copy, "orders", file).exitCode()).isZero();

    assertThat(events(copy, Stores.ORDERS_1)).containsExactly(Stores.odd(5), Stores.tombstone(7));
  }

  @Test
  void exportsARangeAndOverwritesNothing() throws Exception {
    Run run = Run.of("export", store, "orders/0", file, "--from-offset", 98, "--format", "jsonl");

    assertThat(run.exitCode()).isZero();
    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(Run.of("export", store, "orders/0", file).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Files.readAllLines(file)).hasSize(2);
  }

  @Test
  void refusesAPartitionThatHoldsEventsAlreadyUnlessAppending() {
    Run.of("export", store, "orders/1", file);

    Run refused = Run.of("import", store, "orders", file);
    Run appended = Run.of("import", store, "orders", file, "--offsets", "append");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(refused.err()).contains("holds events already, up to offset 7");
    assertThat(appended.exitCode()).isZero();
    assertThat(events(store, Stores.ORDERS_1))
        .containsExactly(
            Stores.odd(5),
            Stores.tombstone(7),
            Stores.odd(5).withOffset(8),
            Stores.tombstone(7).withOffset(9));
  }

  @Test
  void namesTheLineThatIsBadAndKeepsWhatStandsBefore() throws Exception {
    List<String> lines =
        new ArrayList<>(
            Run.of("cat", store, "orders/0", "--format", "json").out().lines().toList());
    lines.set(2, lines.get(0));
    Files.write(file, lines);

    Run run = Run.of("import", copy, "orders", file);

    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains(file + " line 3: ").hasLineCount(1);
    assertThat(events(copy, Stores.ORDERS_0)).isEqualTo(Stores.numbered(0, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}",
        "{\"partition\":0,\"offset\":1.5}",
        "{\"partition\":0,\"offset\":0,\"timestamp\":0,\"timestampType\":\"odd\",\"key\":{},\"value\":{}}",
        "[1]",
        "Obj\u0001 and no Avro behind"
      })
  void refusesWhatIsNoEvent(String text) throws Exception {
    Files.writeString(file, text);

    Run run = Run.of("import", copy, "orders", file);

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains(file.toString()).hasLineCount(1);
  }

  @Test
  void refusesAvroThatIsCut() throws Exception {
    Run.of("export", store, "orders/0", file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));

    assertThat(Run.of("import", copy, "orders", file).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void makesNoStoreForAFileThatIsNotThere() {
    assertThat(Run.of("import", copy, "orders", file).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(copy).doesNotExist();
  }

  private static List<Event> events(Path path, StreamPartition log) {
    List<Event> events = new ArrayList<>();
    try (Store store = Store.openReadOnly(path);
        LogReader reader = store.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }
}
