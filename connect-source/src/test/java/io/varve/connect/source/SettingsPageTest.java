package io.varve.connect.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.common.config.ConfigDocs;
import io.varve.connect.common.config.MetricDocs;
import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.progress.LogProgress;
import io.varve.connect.source.progress.Progress;
import io.varve.connect.source.progress.ProgressMetrics;
import io.varve.connect.source.schedule.DeliveryDocs;
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
      partitions and order are those of the archived events. With `mode=scheduled` it delivers delayed
      events when they are due.

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

      ## Filter

      With `filter` only events are replayed of which an [expression](field-indexes.md#filters) is true:

      ```
      filter=value.customer_id == 42 && value.total > 100.0 && timestamp >= timestamp("2026-01-01T00:00:00Z")
      ```

      Field indexes of the stream (`index.fields` of the [sink](connect-sink.md), or `./varve index`) lead to them; without, all is read and the
      same events come. `./varve cat STORE STREAM --explain --where FILTER` tells how much there is to read. Ranges of the settings and the filter both count.

      - **Position**: what is passed by is behind it, in progress and metrics too, and a bounded replay is complete at its end. But Connect keeps
        a position only with a record, so after a restart what was passed by since the last event is looked at again. With an index that is
        little. Without one, name a `progress.topic`: records of some bytes go there, key and value bytes of JSON as in the offsets above, also
        through the connector's transforms. Name one too for a tail of `generation=latest` that may find nothing for long: with no position at all, a
        restart after the topic was made anew begins in the new generation, and what was not yet looked at in the one before is not replayed.
      - **What can't be read**, and the filter needs, fails the task, with the event's offset; what came before is replayed. Bring back what is
        missing, set the connector's offset behind it, or leave it out: `offset != 17 && ...`. `errors.tolerance` is about converters and
        transforms and does not change this.
      - **Another filter** counts from the position on; what was passed by before stays so.
      - With `speed`, a partition in which a wanted event is still looked for holds up the others, so that their order in time stays.

      ([0086](decisions/0086-what-is-passed-by-counts-as-read.md))

      ## Delayed events

      With `mode=scheduled` each partition of the streams has a scheduler: it appends what is due to the
      partition's *ready log*, in the stream `<stream>.ready` of the same store, and from there it is delivered.
      Events without a due time are none of its business. Producers say when an event is due by the
      [sink's headers](connect-sink.md#delayed-events), or any writer of the store by `Event.dueTimeMs`.

      - **Where to**: the topic that the event names (`deliver.topic`), else that of `topic.format`; with the key that
        it names (`deliver.key`), else its own; to the partition of that key, unless `keep.partition=true`. A topic
        that an event names must be there, or the worker must be allowed to make it. If a sink archives the
        topic that events are delivered to with `delay.enabled=true`, they are delayed again, for ever.
      - **Headers**: the event's own as they were, and `varve.stream`, `varve.generation`, `varve.partition` and
        `varve.offset`, where it stands; `varve.due.ms`; `varve.lateness.ms`, how much later the worker was given it.
        The record's timestamp is when it was released.
      - **Order**: of due times within a partition of the stream. None is delivered before this machine's clock
        shows its due time.
      - **Exactly once** works as above. What was sent and not committed when a worker died is sent again, in another
        transaction; without transactions it may come twice.
      - **Positions** are offsets in the ready log: `{"stream": "orders.ready", "generation": 1, "partition": 0}`. Setting
        one back delivers again what is still there; `ready.retention.ms` says for how long that is. What was not
        delivered stays however old it is. Deleting the ready log makes all events of the stream due
        again.
      - **One connector a stream.** A second one that schedules the same stream fails, and names who has it. When a
        task moves to another worker, the new one takes the ready log over. The old one, should it still run, is
        fenced, and gives nothing until its worker stops it. A task that nobody stops takes the log back after a second or
        more, and fails if it loses it again and again: six times more often than it could hold it for two minutes.
      - **The same disk.** A task needs to write to the store, so it runs where the sink runs. Streams and partitions
        that come later are picked up as with `mode=tail`. So are generations; the older ones go on until all of
        their events are delivered.

      | what happens | what is seen | what to do |
      | --- | --- | --- |
      | the disk is full | the task fails: `No space left on device` | make room, restart the task; nothing is lost |
      | the store's folder isn't there | the task fails: `expected a store, found nothing` | mount it, restart the task |
      | the store is an older copy | the task fails: `Is this another store than before?` | bring the right one, or reset the offsets |
      | the clock jumps | `clock-jumps-total`, a line in the log | nothing: what is due by the new time is delivered; after a jump back `held` is 1 until the clock is where it was |
      | no task ran for hours | `overdue-total` rises at the start | nothing, or set `overdue` before |
      | an event is due after the stream's retention | the stream is kept from the oldest pending event on, and the disk fills; the sink's log warns | nothing, or cancel the event |
      | retention took events before they were due: no task had run for ten minutes | `missing-total`, an error in the log | keep the stream for longer than its longest delay, or the task running |
      | Kafka is down | `lag-offsets` rises: the schedule goes on into the ready log | nothing |
      | an event names a topic that can't be | the task fails and names event and offset | set the connector's offset behind it |
      """;

  private static String metrics() {
    MetricDocs docs = new MetricDocs();
    ProgressMetrics.register(
        docs, new Progress(0), Map.of(new StreamPartition("orders", 1, 0), new LogProgress()));
    return docs.section() + "\nWith `mode=scheduled` instead:\n" + DeliveryDocs.tables();
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
