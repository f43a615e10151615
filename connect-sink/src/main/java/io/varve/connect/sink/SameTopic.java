package io.varve.connect.sink;

import io.varve.event.Event;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Tells, when events come under offsets that the log has passed, whether they are the stored ones
 * come again or those of a topic that was deleted and created anew.
 *
 * <p>One comparison settles a whole run of them: as long as offsets rise, it is the same topic.
 *
 * <p>Thread: confined to the task's.
 */
final class SameTopic {

  enum Answer {
    /** The stored event, or in a run that began with one. */
    SAME,
    /** Another event than the stored one. */
    OTHER,
    /** Nothing is stored under this offset; the next one may tell. */
    UNKNOWN,
    /** What is stored can't be read before it is synced. */
    LATER
  }

  /**
   * The first event stored at or after an offset.
   *
   * @param event null if there is none
   */
  private record Lookup(long from, @Nullable Event event) {

    /** Whether it tells what is stored under {@code offset}. */
    boolean covers(long offset) {
      return offset >= from && (event == null || offset <= event.offset());
    }
  }

  private static final long NONE = -1;

  private final Archive archive;
  private final boolean looks;
  private boolean checking;
  private long lastSeen = NONE;
  private @Nullable Lookup lookup;

  SameTopic(Archive archive) {
    this.archive = archive;
    this.looks = archive.settings().recreatedTopics() != RecreatedTopics.IGNORE;
  }

  /**
   * Begins anew with a log that was just opened.
   *
   * @param nextOffset the log's end
   * @param last its last event, with which the topic should begin again, or null
   */
  void opened(long nextOffset, @Nullable Event last) {
    lastSeen = NONE;
    checking = looks && nextOffset > 0;
    lookup = last == null ? null : new Lookup(last.offset(), last);
  }

  /** The log's position has passed {@code offset}: the topic goes on beyond what was stored. */
  void passed(long offset) {
    lastSeen = offset;
    checking = false;
    lookup = null;
  }

  /**
   * What {@code record} is, whose offset the log has passed.
   *
   * @param asked whether it comes because the worker was asked to bring it again
   */
  Answer ask(SinkRecord record, PartitionLog writer, boolean asked) {
    long offset = record.originalKafkaOffset();
    Answer answer = Answer.SAME;
    if (looks && (checking || (offset <= lastSeen && !asked))) {
      checking = true;
      answer = compare(record, offset, writer);
    }
    if (answer == Answer.SAME) {
      passed(offset);
    } else if (answer == Answer.UNKNOWN) {
      lastSeen = offset;
    }
    return answer;
  }

  private Answer compare(SinkRecord record, long offset, PartitionLog writer) {
    Lookup known = lookup;
    if (known == null || !known.covers(offset)) {
      if (offset >= writer.durableOffset()) {
        return Answer.LATER;
      }
      if (offset < archive.store().stats(writer.log()).startOffset()) {
        return Answer.OTHER;
      }
      known =
          new Lookup(
              offset,
              StoredEvents.firstFrom(
                  archive.store(), writer.log(), offset, writer.durableOffset()));
      lookup = known;
    }
    Event stored = known.event();
    if (stored == null || stored.offset() != offset) {
      return Answer.UNKNOWN;
    }
    try {
      return SameEvent.test(stored, archive.events().plain(record)) ? Answer.SAME : Answer.OTHER;
    } catch (DataException e) {
      return Answer.UNKNOWN;
    }
  }

  /** The time of the stored event that the last comparison was with, for messages. */
  String storedTime() {
    Event event = lookup == null ? null : lookup.event();
    return event == null ? "unknown" : Long.toString(event.timestampMs());
  }
}
