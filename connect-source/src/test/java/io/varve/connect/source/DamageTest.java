package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.base.CorruptionException;
import io.varve.commit.LogSettings;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DamageTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);

  @TempDir Path folder;
  private Archive archive;
  private final StoredOffsets offsets = new StoredOffsets();

  @BeforeEach
  void openArchive() {
    archive = new Archive(folder.resolve("store"));
  }

  @AfterEach
  void closeArchive() {
    archive.close();
  }

  private Map<String, String> props() {
    return Map.of("store.path", archive.path().toString(), "streams", "orders");
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.walk(archive.path())) {
      return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
  }

  @Test
  void aFlippedBitEndsTheReplayAfterTheEventsBeforeIt() throws Exception {
    LogSettings smallBatches = LogSettings.defaults().withBatchBytes(1024);
    try (LogWriter writer = archive.store().openWriter(LOG, smallBatches, "test")) {
      for (int i = 0; i < 500; i++) {
        writer.append(Archive.event(i, i));
      }
    }
    Path segment = segment();
    long middle = Files.size(segment) / 2;
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(middle);
      int before = file.read();
      file.seek(middle);
      file.write(before ^ 0x10);
    }
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      assertThatThrownBy(run::pollAll)
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining(segment.getFileName().toString())
          .hasMessageContaining("at byte")
          .hasMessageContaining("Nothing was skipped")
          .hasCauseInstanceOf(CorruptionException.class);
      assertThat(run.records).isNotEmpty();
      for (int i = 0; i < run.records.size(); i++) {
        assertThat(run.records.get(i).sourceOffset().get("offset")).isEqualTo(i + 1L);
      }
      assertThatThrownBy(run.task::poll).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aTruncatedSegmentEndsTheReplay() throws Exception {
    archive.fill("orders", 0, 100);
    Path segment = segment();
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      assertThatThrownBy(run::pollAll)
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining(segment.getFileName().toString());
    }
  }

  @Test
  void aSchemaThatIsMissingIsAnErrorThatNamesTheEvent() throws Exception {
    byte[] avro = {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0};
    try (LogWriter writer = archive.store().openWriter(LOG, LogSettings.defaults(), "test")) {
      writer.append(Archive.event(0, 0));
      writer.append(
          new Event(
              1,
              1,
              TimestampType.CREATE,
              Encoding.BYTES,
              null,
              Encoding.AVRO,
              avro,
              Headers.EMPTY,
              null,
              Event.NOT_DELAYED));
    }
    try (TaskRun run = TaskRun.start(props(), offsets)) {
      assertThatThrownBy(run::pollAll)
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("value of orders-0 offset 1")
          .hasMessageContaining("schema");
      assertThat(run.records).hasSize(1);
    }
  }

  @Test
  void aStoreThatDisappearsEndsTheReplay() throws Exception {
    archive.fill("orders", 0, 10);
    VarveSourceConnector connector = new VarveSourceConnector();
    connector.initialize(new ConnectorEnd(offsets));
    connector.start(props());
    Map<String, String> config = connector.taskConfigs(1).get(0);
    archive.close();
    Files.move(archive.path(), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> connector.taskConfigs(1)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> TaskRun.startTask(config, offsets, null, new SettableClock()))
        .hasMessageContaining("expected a store, found nothing");
    connector.stop();
  }
}
