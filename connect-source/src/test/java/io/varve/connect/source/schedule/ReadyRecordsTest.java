package io.varve.connect.source.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.connect.common.RecordDecoder;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.source.config.SourceSettings;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record says of the time, whatever the clock says when it is made. */
final class ReadyRecordsTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final long DUE_MS = 1_000_000;

  @TempDir Path folder;

  private interface Check {
    void check(ReadyRecords records, EventView event);
  }

  private void release(long dueMs, Check check) {
    Path path = folder.resolve("store");
    try (Store store = Store.open(path, StoreSettings.defaults())) {
      try (LogWriter writer = store.openWriter(LOG, LogSettings.defaults(), "test")) {
        Event event = Event.of(0, 1, "key".getBytes(UTF_8), "value".getBytes(UTF_8));
        writer.append(
            new Event(
                0,
                1,
                event.timestampType(),
                event.keyEncoding(),
                event.key(),
                event.valueEncoding(),
                event.value(),
                Headers.EMPTY,
                null,
                dueMs));
      }
      try (Scheduler scheduler = store.openScheduler(LOG, SchedulerSettings.of("orders"), "test")) {
        while (scheduler.metrics().released() == 0) {
          scheduler.step();
        }
      }
      SourceSettings settings =
          SourceSettings.parse(
              Map.of(
                  "name", "later",
                  "mode", "scheduled",
                  "store.path", path.toString(),
                  "streams", "orders",
                  "origin.headers", "typed",
                  "topic.format", "due"));
      ReadyRecords records =
          new ReadyRecords(
              LOG, settings, new RecordDecoder(SchemaTexts.of(store)), new AtomicLong());
      try (LogReader reader = store.openReader(ReadyLog.of(LOG), ReadRange.all())) {
        assertThat(reader.next()).isTrue();
        check.check(records, reader.event());
      }
    }
  }

  private static Object lateness(SourceRecord record) {
    return record.headers().lastWithName("varve.lateness.ms").value();
  }

  @Test
  void aRecordTellsHowLateItIsMade() {
    release(
        DUE_MS,
        (records, event) -> {
          long nowMs = event.timestampMs() + 17;
          assertThat(lateness(records.of(event, nowMs))).isEqualTo(nowMs - DUE_MS);
          assertThat(records.lateMs()).isEqualTo(nowMs - DUE_MS);
        });
  }

  /** One that was read before the event became readable, and one that has gone back since. */
  @ParameterizedTest
  @ValueSource(longs = {0, DUE_MS - 1, DUE_MS + 1})
  void noRecordIsMadeBeforeItsEventWasReleased(long nowMs) {
    release(
        DUE_MS,
        (records, event) -> {
          assertThat(event.timestampMs()).isGreaterThan(DUE_MS + 1);
          assertThat(lateness(records.of(event, nowMs))).isEqualTo(event.timestampMs() - DUE_MS);
        });
  }

  @Test
  void aDueTimeLongBeforeTheEpochIsLateAsCanBe() {
    release(
        Long.MIN_VALUE + 1,
        (records, event) ->
            assertThat(lateness(records.of(event, event.timestampMs()))).isEqualTo(Long.MAX_VALUE));
  }
}
