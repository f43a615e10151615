package io.varve.connect.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The headers of a replay that tell where a record comes from. */
final class OriginHeadersTest {

  @TempDir Path folder;
  private Archive archive;

  @BeforeEach
  void openArchive() {
    archive = new Archive(folder.resolve("store"));
    archive.fill("orders", 0, 3);
  }

  @AfterEach
  void closeArchive() {
    archive.close();
  }

  private List<String> headers(String... more) throws InterruptedException {
    Map<String, String> props = new HashMap<>();
    props.put("store.path", archive.path().toString());
    props.put("streams", "orders");
    for (int i = 0; i < more.length; i += 2) {
      props.put(more[i], more[i + 1]);
    }
    try (TaskRun run = TaskRun.start(props, new StoredOffsets())) {
      List<String> shown = new ArrayList<>();
      for (SourceRecord record : run.pollAll()) {
        StringBuilder line = new StringBuilder();
        for (Header header : record.headers()) {
          Object value = header.value();
          line.append(header.key().substring("varve.".length())).append('=');
          line.append(value instanceof byte[] bytes ? new String(bytes, UTF_8) : value).append(' ');
        }
        shown.add(line.toString());
      }
      return shown;
    }
  }

  @Test
  void aReplayHasThemIfItIsAskedTo() throws InterruptedException {
    assertThat(headers()).containsExactly("", "", "");
    assertThat(headers("origin.headers", "none")).containsExactly("", "", "");
    assertThat(headers("origin.headers", "bytes"))
        .isEqualTo(headers("origin.headers", "typed"))
        .containsExactly(
            "stream=orders generation=1 partition=0 offset=0 ",
            "stream=orders generation=1 partition=0 offset=1 ",
            "stream=orders generation=1 partition=0 offset=2 ");
  }
}
