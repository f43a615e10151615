package io.varve.connect.source.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.varve.connect.common.Origin;
import io.varve.connect.common.RecordDecoder;
import io.varve.connect.common.config.NameFormat;
import io.varve.connect.source.config.OriginHeaders;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.offset.SourcePartition;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.format.Release;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of what a ready log holds: with the topic and the key that an event brought along
 * for its delivery, and headers that tell where it comes from.
 *
 * <p>Thread: confined to the task's.
 */
final class ReadyRecords implements RecordDecoder.RecordFactory {

  private final StreamPartition log;
  private final StreamPartition ready;
  private final SourcePartition sourcePartition;
  private final String topic;
  private final @Nullable Integer partition;
  private final OriginHeaders origin;
  private final RecordDecoder decoder;
  private final AtomicLong committed;

  private long madeMs;
  private long lateMs;

  /**
   * @param committed is told up to where Kafka has the records
   */
  ReadyRecords(
      StreamPartition log, SourceSettings settings, RecordDecoder decoder, AtomicLong committed) {
    this.log = log;
    this.ready = ReadyLog.of(log);
    this.sourcePartition = new SourcePartition(ready);
    this.topic = settings.topicFormat().expand(log.stream());
    this.partition = settings.keepPartition() ? log.partition() : null;
    this.origin = settings.originHeaders();
    this.decoder = decoder;
    this.committed = committed;
  }

  /**
   * The record of an event that is released.
   *
   * @param nowMs the time; if the clock has gone back since the event was released, it is made when
   *     that was
   */
  SourceRecord of(EventView event, long nowMs) {
    madeMs = Math.max(nowMs, event.timestampMs());
    return decoder.decode(ready, event, this);
  }

  /** How much later than it was due the last record was made, milliseconds, from 0. */
  long lateMs() {
    return lateMs;
  }

  @Override
  public SourceRecord create(
      EventView event,
      @Nullable Schema keySchema,
      @Nullable Object key,
      @Nullable Schema valueSchema,
      @Nullable Object value,
      @Nullable Long timestamp,
      ConnectHeaders headers) {
    Headers stored = event.headers();
    Release release = release(event);
    lateMs = Release.lateMs(release.dueMs(), madeMs);
    addOrigin(headers, release);
    String toTopic = topic;
    int topicAt = last(stored, Reserved.DELIVER_TOPIC);
    if (topicAt >= 0) {
      toTopic = topic(event, stored.value(topicAt));
    }
    Schema toKeySchema = keySchema;
    Object toKey = key;
    int keyAt = last(stored, Reserved.DELIVER_KEY);
    if (keyAt >= 0) {
      SchemaAndValue own = decoder.header(ready, event, keyAt);
      toKeySchema = own.schema();
      toKey = own.value();
    }
    return new DeliveredRecord(
        sourcePartition,
        event.offset(),
        toTopic,
        topicAt >= 0 ? null : partition,
        toKeySchema,
        toKey,
        valueSchema,
        value,
        event.timestampMs(),
        headers,
        committed);
  }

  private Release release(EventView event) {
    int at = last(event.headers(), Reserved.RELEASE);
    byte[] bytes = at < 0 ? null : event.headers().value(at);
    if (bytes == null) {
      throw new ConnectException(
          "Offset "
              + event.offset()
              + " of "
              + ready
              + " has no header "
              + Reserved.RELEASE
              + ": somebody other than a scheduler has written it. Take that stream away from the store,"
              + " and the connector's offsets, to release the events of "
              + log
              + " anew");
    }
    return Release.decode(bytes, ready.toString(), event.offset());
  }

  private String topic(EventView event, byte @Nullable [] bytes) {
    String name = bytes == null ? "" : new String(bytes, UTF_8);
    if (!NameFormat.isLegal(name)) {
      throw new ConnectException(
          "The event at offset "
              + event.offset()
              + " of "
              + ready
              + ", from "
              + log
              + ", is to be delivered to topic '"
              + name
              + "', which no topic can be called: expected "
              + NameFormat.LEGAL
              + ". Set the connector's offset of that log to "
              + (event.offset() + 1)
              + " to pass it over");
    }
    return name;
  }

  private void addOrigin(ConnectHeaders headers, Release release) {
    origin.add(headers, log, release.offset());
    origin.add(headers, Origin.DUE_MS, release.dueMs());
    origin.add(headers, Origin.LATENESS_MS, lateMs);
  }

  /** Where the last header of that name is; -1 if there is none. */
  private static int last(Headers headers, String name) {
    for (int i = headers.count() - 1; i >= 0; i--) {
      if (headers.name(i).equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
