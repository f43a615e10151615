package io.varve.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.common.config.ConfigDocs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/replay-consumer.md} is made from the settings' definition and the text here. To make
 * it anew, run this test with {@code -Dvarve.docs.write=true}.
 */
final class ReplayPageTest {

  private static final Path PAGE = Path.of("..", "..", "docs", "replay-consumer.md");

  private static final String INTRODUCTION =
      """
      `io.varve.replay.VarveConsumer` is a Kafka `Consumer` that reads a store: a program replays by changing the line that makes
      its consumer. No broker is needed, and none is asked.

      ```java
      settings.put("varve.store.path", "/var/lib/varve");
      Consumer<String, String> consumer = new VarveConsumer<>(settings); // was: new KafkaConsumer<>(settings)
      ```

      The jar is `io.varve:varve-replay-consumer`, a plain one: it depends on the engine, the code that reads Connect's data,
      `varve-query` with CEL, and `connect-api`; the program brings `kafka-clients` (4.3) and `slf4j-api`.

      A topic is the newest generation of the stream of its name, a partition the log of its number, and offsets are those that
      the events had in Kafka, with their gaps. Kafka's own settings stand beside the three below and are checked by Kafka's own
      code; those that only concern a network (`bootstrap.servers` need not be set) do nothing, and unknown ones are logged as unused.

      ## What it does

      - **Reading**: `assign`, `subscribe` by name and pattern, `poll` with `max.poll.records`, `fetch.max.bytes` and
        `max.partition.fetch.bytes` (which hold for each poll, and for keys and values as they are stored), all seeks, `position`,
        `pause` and `resume`, `offsetsForTimes`, `beginningOffsets`, `endOffsets`, `partitionsFor`, `listTopics`, `currentLag`,
        deserializers, interceptors, `auto.offset.reset` with `by_duration`. At the end a poll looks for more every millisecond at
        first, and every 50 ms when nothing comes.
      - **Threads**: one at a time, as in Kafka; another one gets a `ConcurrentModificationException`. `wakeup` may come from any, and an
        interrupt ends a poll.
      - **Errors**: Kafka's own. A record that a deserializer can't read is a `RecordDeserializationException` with partition and offset, and
        the position stays at it; damaged bytes are a `KafkaException` with the engine's `CorruptionException` as its cause.
        Nothing is passed over.
      - **Filters**: with `varve.filter` only events come of which an [expression](field-indexes.md#filters) is true, led to by the stream's field
        indexes. The others are like offsets without an event: the position goes past them, also in polls that
        return nothing, and so do commits. Beginning, end, lag, seeks and `offsetsForTimes` are those of the whole log. A poll keeps its
        time, and is woken up, also while it passes by millions. If a value can't be read that the filter needs, it is a
        `RecordDeserializationException` as above ([0086](decisions/0086-what-is-passed-by-counts-as-read.md)).
      - **Commits**: `commitSync`, `commitAsync`, `committed`, `enable.auto.commit`. They are durable on return, and kept for good.
      - **Groups**: members in any number of processes of one machine share partitions by Kafka's own assignors
        (`partition.assignment.strategy`), with rebalance listeners, `group.instance.id`, `max.poll.interval.ms`, `session.timeout.ms`
        and `heartbeat.interval.ms`. When a process ends in whatever way, the others take over within a heartbeat's interval.
      - **Metrics** in Kafka's registry, with its reporters, under Kafka's names: what is consumed, lags, polls, commits, rebalances;
        and `records-passed-total` and `-rate`, events read that a filter does not want.

      ## What is not as with a broker

      | what | here |
      | --- | --- |
      | `isolation.level` | does nothing: the archive holds what its sink read. A sink that is to leave out what was taken back sets `consumer.override.isolation.level=read_committed` |
      | a position below the log's start | reading goes on at the start whatever `auto.offset.reset` says, since in a compacted topic there may never have been events below it; with `none` it is an `OffsetOutOfRangeException`, as in Kafka |
      | a position behind the end | out of range, as in Kafka. The end is that of the archive: behind its last event, where in Kafka there may be the marker of a transaction |
      | beginning, end and positions between events | may differ from Kafka's by offsets that hold no event |
      | leader epochs | none: `leaderEpoch()` is empty, and what is committed with one is kept with it |
      | a topic that was deleted and made again | is read to the end of what it was, and then as `auto.offset.reset` says from what it became. Offsets committed of what it was no longer count then |
      | a partition that the store doesn't have | as one that a cluster doesn't have: polls give nothing, questions end in a `TimeoutException`, `partitionsFor` is empty. It is read as soon as it is there |
      | group protocol | eager, whatever the assignors would like: all members give up all partitions in a rebalance. `CooperativeStickyAssignor` works, and isn't sticky |
      | `group.protocol=consumer` | is taken for its settings and for `subscribe(SubscriptionPattern)`, which is then matched by `java.util.regex`; assignors are those of `partition.assignment.strategy`, and `group.remote.assignor` does nothing |
      | `group.id=""` | refused |
      | `commitAsync` | has committed when it returns; the callback is told at the consumer's next call |
      | `wakeup` during a commit | nothing is committed; in Kafka nobody knows |
      | `enforceRebalance`, `REMAIN_IN_GROUP` | work; a reason is not kept |
      | groups on several machines | not: who lives is known by file locks |
      | `currentLag` | is known whenever the position is |
      | `fetch.min.bytes`, `fetch.max.wait.ms`, `check.crcs` | do nothing: a poll returns what there is, and checksums are always compared |
      | `clientInstanceId`, metric subscriptions, `enable.metrics.push` | telemetry is a broker's: an `IllegalStateException`, and nothing |
      | `PartitionInfo`, `Node` | one node named `varve-store` that leads everything and has no address |
      | offsets' retention | none: committed offsets stay |
      | `ClusterResourceListener` | is never called: there is no cluster, and no id of one. Deserializers, interceptors and reporters that are one are told nothing |
      | `Monitorable` | deserializers and interceptors that are one get no `PluginMetrics`: `withPluginMetrics` is never called |
      | a store that is removed | what is open can be read to its end; then calls end in a `KafkaException` that names the store. A topic of which nothing is left, in a store that is there, is one that the store doesn't have |

      ## In a framework

      A framework that has its consumers made by a factory gets this one by a factory that makes it: settings go on as they are, with
      `varve.store.path` beside them. What a framework does by other clients, such as a producer or an admin client, still goes to the
      cluster; groups are those of one machine, as above. No framework is among this project's tests.

      - **Spring for Apache Kafka**: listener containers read with what their `ConsumerFactory` makes. `DefaultKafkaConsumerFactory` has a
        method for just that; deserializers are set by class then, and the factory's listeners aren't told of consumers that aren't Spring's own:

        ```java
        new DefaultKafkaConsumerFactory<String, String>(settings) {
          @Override
          protected Consumer<String, String> createRawConsumer(Map<String, Object> all) {
            return new VarveConsumer<>(all);
          }
        };
        ```

      - **Kafka Streams** asks a `KafkaClientSupplier` for its consumers, and for a producer and an admin client, too: its changelogs, repartition
        topics, assignment of tasks and transactions are the cluster's. So Streams isn't run with this consumer: give the topology a topic that
        the stream was replayed to, by the source or `./varve replay`.

      ## Offsets from and to a cluster

      ```
      ./varve offsets import /var/lib/varve billing --bootstrap-server broker:9092      # what the group has committed in the cluster
      ./varve offsets show /var/lib/varve billing
      ./varve offsets export /var/lib/varve billing --bootstrap-server broker:9092 --to billing-again
      ```

      So a group goes on in the archive where it was in the cluster, and back: offsets are the same. `--to` names the group that gets
      them, which must have no members; `--command-config` is a file with settings for the connection. An offset behind the archive's end
      becomes that end, which is told, as are partitions that the store doesn't have. In Java: `io.varve.replay.offsets.GroupOffsets`.
      In a topic that a stream was replayed to, offsets are others: [offsets.md](offsets.md).

      ## What bytes a record has

      Those of the topic, if the sink's converters were `ByteArrayConverter` or `StringConverter`: key, value and headers as they were
      sent, with null, empty and repeated ones, timestamp and its type. The sink's own headers (`varve.schedule.*`,
      `varve.deliver.*`, `varve.release`) are left out.

      With other converters the store has Connect's data as Avro ([CONNECT-DATA.md](CONNECT-DATA.md)), and the bytes of the topic are
      gone: see `varve.structured.data`. As JSON, a struct is an object, as is a map whose keys are text; other maps are
      arrays of pairs, bytes are base64, decimals are numbers, dates and times are Connect's numbers (days, milliseconds).

      ## The group's files

      `groups/<group>/` in the store's folder has numbered files, each the whole state of the group; the newest counts, and three before it
      are kept. A state is made under the number that follows the one that it was made of, with a hard link, so that of two only
      one succeeds and the other tries again: no lock is ever held ([0081](decisions/0081-a-group-is-a-file-that-follows-another.md)).
      `heartbeats/` has eight bytes a member: when it was last seen. In the folder's name, letters, digits, `-`, `_` and `.` (not as the first) stand for
      themselves, all else as `%` and its bytes in hex; of a name that takes more than 200 characters the rest is replaced by `~` and a UUID.

      A state, little-endian like all files of a store; *text* and *bytes* are a length (i32, -1 for null) and as many bytes, UTF-8 if text; a *list* is a count (i32) and
      as many items:

      | field | type |
      | --- | --- |
      | magic | 8 bytes, `VARVEGRP` |
      | CRC32C of all that follows it | i32 |
      | format version | i32, 1 |
      | number | i64, as in the file's name |
      | group | text |
      | generation | i32 |
      | rebalancing | i8, 0 or 1 |
      | members that have not joined by then are given up | i64, ms since the epoch |
      | assignor | text |
      | partition counts | list of (topic text, count i32) |
      | members | list of (id text, instance id text, owner's name text, host text, pid i64, process text, nonce text, session timeout i64 ms, flags i8 (1: lingers, 2: joined), protocols: list of (assignor text, user data bytes), topics: list of text, assigned: list of (topic text, partition i32), assignment data bytes) |
      | offsets | list of (topic text, partition i32, stream's generation i32, offset i64, leader epoch i32 or -1, metadata text, committed i64 ms) |

      The state of group `g` that has no members any more and has committed offset 17 of `orders-0`:

      <!-- group-state -->
      ```text
      56 41 52 56 45 47 52 50  VARVEGRP
      02 c2 0f bc  CRC32C
      01 00 00 00  format version 1
      02 00 00 00 00 00 00 00  number 2
      01 00 00 00 67  group g
      01 00 00 00  generation 1
      00  not rebalancing
      00 00 00 00 00 00 00 00  no time to join
      05 00 00 00 72 61 6e 67 65  assignor range
      01 00 00 00  one topic was shared out
      06 00 00 00 6f 72 64 65 72 73  orders
      01 00 00 00  with one partition
      00 00 00 00  no members
      01 00 00 00  one offset
      06 00 00 00 6f 72 64 65 72 73  orders
      00 00 00 00  partition 0
      01 00 00 00  of the stream's generation 1
      11 00 00 00 00 00 00 00  offset 17
      ff ff ff ff  no leader epoch
      00 00 00 00  metadata: empty
      00 68 e5 cf 8b 01 00 00  committed on 2023-11-14T22:13:20Z
      ```

      A backup of a store doesn't have its groups.
      """;

  @Test
  void thePageIsWhatTheSettingsSay() throws IOException {
    String page = ConfigDocs.page("The replay consumer", INTRODUCTION, ReplaySettings.DEFINITION);
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("run this test with -Dvarve.docs.write=true").hasContent(page);
  }
}
