package io.varve.replay.offsets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.replay.VarveConsumer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the tool says without a cluster; with one it is tested in the module {@code integration}.
 */
final class OffsetsToolTest {

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return OffsetsTool.run(
        arguments, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
  }

  @Test
  void showsWhatGroupsHaveCommitted() {
    TopicPartition p0 = new TopicPartition("orders", 0);
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer =
            store.openWriter(new StreamPartition("orders", 1, 0), LogSettings.defaults(), "test")) {
      writer.append(Event.of(5, 1, null, null));
      writer.sync();
      for (String group : List.of("b", "a/1")) {
        try (VarveConsumer<byte[], byte[]> consumer =
            new VarveConsumer<>(
                Map.of("varve.store.path", folder.toString(), "group.id", group),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
          consumer.assign(List.of(p0));
          consumer.commitSync(Map.of(p0, new OffsetAndMetadata(6, "m")));
        }
      }
    }

    assertThat(run("show", folder.toString())).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo("a/1\torders-0\t6\tm\nb\torders-0\t6\tm\n");
  }

  @Test
  void tellsHowItIsUsedAndWhatIsWrong() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("import", folder.toString(), "g")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("Usage").contains("--bootstrap-server");
    err.reset();
    assertThat(run("show", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("there is no store");
  }
}
