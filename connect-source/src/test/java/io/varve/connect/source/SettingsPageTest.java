package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.common.config.ConfigDocs;
import io.varve.connect.common.config.MetricDocs;
import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.progress.LogProgress;
import io.varve.connect.source.progress.Progress;
import io.varve.connect.source.progress.ProgressMetrics;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Keeps {@code docs/connect-source.md} as the definition of the settings has it, and the metrics
 * that a task registers.
 */
final class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "connect-source.md");

  private static final String INTRODUCTION =
      """
      `io.varve.connect.source.VarveSourceConnector` replays streams of a store into topics: a range of
      offsets or of time, or everything and then what comes. Keys, values, headers, timestamps,
      partitions and order are those of the archived events.

      This page is made from the connector's own definition of its settings: `mvn -pl connect-source -am
      test -Dtest=SettingsPageTest -Dvarve.docs.write=true` writes it anew.

      ## Topics and converters

      The topic needs as many partitions as the stream had, or a producer waits for ever for the
      missing ones: make it before, or let the worker make it with
      `topic.creation.default.partitions`, or set `keep.partition=false`. For a replay that is exact to
      the byte, use `org.apache.kafka.connect.converters.ByteArrayConverter` for keys, values and
      headers. Structured values come with their schemas: give them a converter that takes them, such as
      JSON or Avro.

      ## Exactly once

      With `exactly.once.source.support=enabled` in the worker's configuration, events and positions are
      committed together. Set `exactly.once.support=required`, so that a worker without it refuses the
      connector, and `transaction.boundary=connector`: then each transaction takes as much as can be sent
      in some hundred milliseconds, so that commits cost little, and none is open between two polls. With the worker's own `poll` boundary each
      poll is a transaction; raise `poll.events.max` and `poll.bytes.max` then. With `interval`, a
      transaction can be open while the task waits. Without exactly-once support a replay may repeat events
      after a crash, and leaves none out.

      ## Position, progress, starting again

      Each partition's position is a source offset of the connector, in `GET
      /connectors/<name>/offsets`:

      ```json
      {"partition": {"stream": "orders", "generation": 1, "partition": 0},
       "offset": {"offset": 1000, "end": 5000}}
      ```

      `offset` is the first offset not yet replayed. `end` is there in a bounded replay: what the log held
      when its first events were replayed, so that a replay that is interrupted ends where it was to end. To
      replay again, or something else, stop the connector (`PUT /connectors/<name>/stop`) and `PATCH` or
      `DELETE` its offsets; an offset without `end` takes the end of the log at the next start. A new
      range in the settings alone doesn't move what is begun.

      A bounded replay chooses its streams when the connector starts. At its end the tasks stay idle
      and say so in the log.

      Workers before Kafka 4.1 have no plugin metrics; the log has a line every ten seconds everywhere.
      """;

  private static String metrics() {
    MetricDocs docs = new MetricDocs();
    ProgressMetrics.register(
        docs, new Progress(0), Map.of(new StreamPartition("orders", 1, 0), new LogProgress()));
    return docs.section();
  }

  @Test
  void thePageIsThatOfTheDefinition() throws IOException {
    String page =
        ConfigDocs.page("Settings of the source connector", INTRODUCTION, SourceConfigDef.create())
            + metrics();
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("%s; write it anew with -Dvarve.docs.write=true", PAGE)
        .isEqualTo(page);
  }
}
