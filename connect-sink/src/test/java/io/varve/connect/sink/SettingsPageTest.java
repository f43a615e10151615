package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.base.Clock;
import io.varve.connect.common.config.ConfigDocs;
import io.varve.connect.common.config.MetricDocs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/connect-sink.md} is made from the settings' definition and from the metrics that a
 * task registers. To make it anew, run this test with {@code -Dvarve.docs.write=true}.
 */
final class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "connect-sink.md");

  private static final String INTRODUCTION =
      """
      Settings of `io.varve.connect.sink.VarveSinkConnector`, beside those that every sink has (`topics` or
      `topics.regex`, `tasks.max`, converters, transforms, `errors.*`).

      This page is made from the connector's own definitions; `GET /connector-plugins` and
      `PUT /connector-plugins/VarveSinkConnector/config/validate` of a worker tell the same.

      For an archive that is equal byte by byte:

      ```properties
      name=archive
      connector.class=io.varve.connect.sink.VarveSinkConnector
      tasks.max=4
      topics=orders,payments
      store.path=/var/lib/varve
      key.converter=org.apache.kafka.connect.converters.ByteArrayConverter
      value.converter=org.apache.kafka.connect.converters.ByteArrayConverter
      header.converter=org.apache.kafka.connect.converters.ByteArrayConverter
      ```

      Set `header.converter` as well: Connect's default, `SimpleHeaderConverter`, reads header bytes as text and guesses types,
      so that what is archived is not what was sent. With other converters structured values are kept as Avro, with their
      schemas in the store.

      What to know:

      - **Each event once.** The end of the archive, not the offset in Kafka, is the position that counts. When a task starts it
        reads the last archived event once more, and goes on behind it. `consumer.override.auto.offset.reset` decides where an empty archive
        begins (Connect's default: the topic's start).
      - **A disk that is full** makes the worker hold back and log a `RetriableException` now and then. The task goes on by itself when
        there is room; nothing is lost as long as Kafka keeps the events.
      - **One writer.** No two connectors may write the same stream: the second is told by an error that names the first. Of two tasks
        of one connector, as when one was replaced and is not stopped yet, the last to open a log has it. The other finds that at its next write, takes
        the log back after a second or more if nobody has stopped it by then, and fails if it loses it again and again: six times more often than
        it could hold it for two minutes. That is how connectors of the same name in two Connect clusters are told.
      - **Local disks.** In a worker cluster a partition's archive is where its task runs. Give each connector a volume that all its
        tasks reach, or one worker.
      - **Transforms** must give the same result each time: an event that comes again and is another counts as a topic created again
        (`recreated.topics`).
      - **Delayed events** (`delay.enabled=true`). A record says in its headers when it is to be delivered, and the source delivers it then
        ([how](connect-source.md)):

        | header | |
        | --- | --- |
        | `deliver.at` | when: milliseconds since 1970, or `2026-11-20T18:00:00Z`, or with another offset |
        | `deliver.after` | or how long after the record's timestamp: milliseconds, or `PT1H30M` |
        | `schedule.id` | an id: a later record with it, in the same partition, takes the place of one that waits; a tombstone with it, and with no time, cancels it |
        | `schedule.cron` | again and again: a cron expression as `0 9 * * 1-5`, with `TZ=Europe/Berlin` before it or in UTC; with an id, or nothing stops it |
        | `deliver.topic`, `deliver.key` | where to, and with which key, if not as the source's settings say |

        Times lie between 1970 and 9999; what is past is delivered at once. Headers may be text, bytes of text, or integers. Connect's default
        header converter makes numbers of ids such as `007`; `StringConverter` or `ByteArrayConverter` don't.
      - **Message ids** (`dedup.id`). Of events in one partition (where a keyed producer's retries land) with the same id the first is stored. The
        others are counted (`deduplicated-events-total`) and left out, or kept in `dedup.duplicates.stream`. An event without an id is always
        stored. Put the jar of `org.rocksdb:rocksdbjni` into the plugin's folder `lib`, beside the others.
      - **Field indexes** (`index.fields`). Filters of a source, a consumer or the tool are led by them to the batches that they want
        ([what a filter is, what an index helps with](field-indexes.md)). They are built by one thread of each task, with up to a hundred MiB
        of memory while it builds, and what fails is tried again: archiving doesn't wait for it. A stream of duplicates has none.
      - **Altering offsets** (`PATCH /connectors/<name>/offsets`) forward leaves events out for good; backward changes nothing, since what is
        archived is not archived again.
      """;

  private static String metrics() {
    MetricDocs docs = new MetricDocs();
    SinkMeters totals = new SinkMeters();
    WorkerMetrics metrics = new WorkerMetrics(docs);
    metrics.show(totals);
    metrics.show(new TopicPartition("orders", 0), new PartitionMeters(totals, Clock.SYSTEM));
    return docs.section();
  }

  @Test
  void thePageIsWhatTheSettingsSay() throws IOException {
    String page =
        ConfigDocs.page("Settings of the sink connector", INTRODUCTION, SinkConfig.DEFINITION)
            + metrics();
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("run this test with -Dvarve.docs.write=true").hasContent(page);
  }
}
