package io.varve.replay;

import io.varve.EventReader;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import io.varve.query.EventFilter;
import io.varve.query.UnreadableEventException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what one poll returns: from each partition in turn, until there is enough of it. A
 * partition's turn lasts, over several polls, until it has given its share of bytes. What goes
 * wrong behind records that have been read is left to the next poll, which returns to it.
 *
 * <p>Thread: confined to the consumer's.
 */
final class Fetch<K, V> {

  private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);

  /**
   * How much one poll returns.
   *
   * @param records number of records
   * @param bytes of keys and values, of all partitions, from 0; a single record may have more
   * @param partitionBytes of keys and values, of one partition, from 0; a single record may have
   *     more
   */
  record Limits(int records, int bytes, int partitionBytes) {}

  private static final int LIST_SIZE_MIN = 16;
  private static final int LIST_SIZE_MAX = 10_000;

  private final Store store;
  private final Topics topics;
  private final Subscriptions subscriptions;
  private final RecordMaker<K, V> maker;
  private final OffsetReset policy;
  private final Limits limits;
  private final @Nullable EventFilter filter;
  private final Look look;
  private final ConsumerMeter meter;

  /** Whether the last poll left a part of what there is for later. */
  private boolean leftForLater;

  /** As many as the last list had. */
  private int listSize = LIST_SIZE_MIN;

  /**
   * @param filter which events are wanted; null for all
   * @param look how long to look for one
   */
  Fetch(
      Store store,
      Topics topics,
      Subscriptions subscriptions,
      RecordMaker<K, V> maker,
      OffsetReset policy,
      Limits limits,
      @Nullable EventFilter filter,
      Look look,
      ConsumerMeter meter) {
    this.store = store;
    this.topics = topics;
    this.subscriptions = subscriptions;
    this.maker = maker;
    this.policy = policy;
    this.limits = limits;
    this.filter = filter;
    this.look = look;
    this.meter = meter;
  }

  /** Whether the last poll looked for events that a filter wants and did not come to the end. */
  boolean leftForLater() {
    return leftForLater;
  }

  /**
   * What there is now, or was found in the poll's time.
   *
   * @throws OffsetOutOfRangeException if a position lies outside its log, and it isn't set where to
   *     go on
   * @throws RecordDeserializationException if the first record of all can't be made
   */
  ConsumerRecords<K, V> collect(Deadline poll) {
    leftForLater = false;
    Map<TopicPartition, List<ConsumerRecord<K, V>>> records = new LinkedHashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
    int recordsLeft = limits.records();
    // Whatever the limit, the first record comes: zero is allowed, and means one by one.
    long bytesLeft = Math.max(1, limits.bytes());
    for (AssignedPartition partition : List.copyOf(subscriptions.partitions())) {
      if (recordsLeft <= 0 || bytesLeft <= 0 || (leftForLater && poll.isOver())) {
        break;
      }
      if (!partition.fetchable()) {
        continue;
      }
      List<ConsumerRecord<K, V>> read = new ArrayList<>(Math.min(recordsLeft, listSize));
      long bytes;
      look.begin(poll);
      try {
        bytes =
            read(
                partition,
                recordsLeft,
                Math.min(bytesLeft, partition.turnLeft(limits.partitionBytes())),
                read);
      } catch (RuntimeException e) {
        if (records.isEmpty()) {
          throw e;
        }
        // It is met again, as the first one, when what has been read is handed out.
        break;
      }
      if (read.isEmpty()) {
        if (look.isOver()) {
          // The others are looked at before it is its turn again.
          leftForLater = true;
          subscriptions.moveToEnd(partition.name());
        }
        continue;
      }
      records.put(partition.name(), read);
      next.put(partition.name(), partition.consumed());
      recordsLeft -= read.size();
      bytesLeft -= bytes;
      if (partition.endsTurn(bytes, limits.partitionBytes()) || recordsLeft > 0) {
        subscriptions.moveToEnd(partition.name());
      }
      listSize = Math.max(LIST_SIZE_MIN, Math.min(read.size(), LIST_SIZE_MAX));
    }
    return records.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(records, next);
  }

  /** Reads events from one partition into {@code target}; returns their bytes. */
  private long read(
      AssignedPartition partition,
      int recordsMax,
      long bytesMax,
      List<ConsumerRecord<K, V>> target) {
    long bytes = 0;
    try {
      EventReader reader = reader(partition);
      if (reader == null) {
        return 0;
      }
      long from = partition.position();
      while (target.size() < recordsMax && bytes < bytesMax && step(partition, reader)) {
        EventView event = reader.event();
        target.add(maker.make(partition.name(), event));
        bytes += Math.max(0, event.keyLength()) + Math.max(0, event.valueLength());
        partition.consume(event.offset());
      }
      if (!target.isEmpty()) {
        meter.consumed(partition.name(), target.size(), bytes);
      } else if (!look.isOver()) {
        leaveOld(partition, reader);
      }
      if (partition.position() > from) {
        meter.lag(partition.name(), Math.max(0, reader.endOffset() - partition.position()));
      }
    } catch (RecordDeserializationException | OffsetOutOfRangeException e) {
      if (target.isEmpty()) {
        throw e;
      }
    } catch (VarveException e) {
      if (target.isEmpty()) {
        topics.requireStore();
        throw new KafkaException(
            "Received exception when fetching the next record from "
                + partition.name()
                + ". If needed, please seek past the record to continue consumption.",
            e);
      }
    }
    return bytes;
  }

  private boolean step(AssignedPartition partition, EventReader reader) {
    long passed = reader.eventsPassedBy();
    try {
      if (partition.step(reader, look)) {
        return true;
      }
      if (reader.done()) {
        passAll(partition, reader);
      }
      return false;
    } catch (UnreadableEventException e) {
      throw maker.unreadable(partition.name(), e);
    } finally {
      meter.passed(reader.eventsPassedBy() - passed);
    }
  }

  /** What is behind the position can't be wanted: it is passed by, and not needed any more. */
  private void passAll(AssignedPartition partition, EventReader reader) {
    long end = topics.end(reader.log());
    if (end > partition.position()) {
      reader.seek(end);
      partition.passTo(end);
    }
  }

  /** The partition's reader at its position; null if there is no such log, or no such place. */
  private @Nullable EventReader reader(AssignedPartition partition) {
    EventReader reader = partition.reader();
    if (reader != null && partition.atHand()) {
      return reader;
    }
    // One that has a reader stays in its log: see leaveOld.
    StreamPartition log = reader == null ? topics.log(partition.name()) : reader.log();
    if (log == null || !inRange(partition, log)) {
      return null;
    }
    if (reader == null) {
      reader = open(log, partition.position());
      partition.readWith(reader);
    }
    return reader;
  }

  /** With a filter its indexes are asked. */
  private EventReader open(StreamPartition log, long position) {
    ReadRange range = ReadRange.offsets(position, Long.MAX_VALUE);
    return filter == null ? store.openReader(log, range) : filter.open(store, log, range);
  }

  /** At the end of a log whose topic was made anew since: its positions mean nothing there. */
  private void leaveOld(AssignedPartition partition, EventReader reader) {
    StreamPartition newest = topics.log(partition.name());
    if (newest == null || newest.equals(reader.log())) {
      return;
    }
    LOG.warn(
        "The topic of {} was made anew: all of {} has been read, {} comes next",
        partition.name(),
        reader.log(),
        newest);
    long position = partition.position();
    if (policy.kind() == OffsetReset.Kind.NONE) {
      throw new OffsetOutOfRangeException(
          "The topic of "
              + partition.name()
              + " was made anew, so that position "
              + position
              + " is none of "
              + newest
              + ", and no reset policy is configured",
          Map.of(partition.name(), position));
    }
    partition.close();
    partition.requestReset(policy);
  }

  private boolean inRange(AssignedPartition partition, StreamPartition log) {
    var stats = topics.stats(log);
    long position = partition.position();
    if (position <= stats.nextOffset() && position >= stats.startOffset()) {
      return true;
    }
    if (policy.kind() == OffsetReset.Kind.NONE) {
      throw new OffsetOutOfRangeException(
          "Fetch position "
              + position
              + " is out of range for partition "
              + partition.name()
              + ", which holds offsets from "
              + stats.startOffset()
              + " to "
              + stats.nextOffset()
              + ", and no reset policy is configured",
          Map.of(partition.name(), position));
    }
    if (position < stats.startOffset()) {
      // Not by the policy: below the start there may just be no events, as in a compacted topic.
      partition.seek(stats.startOffset());
      return true;
    }
    LOG.info(
        "Fetch position {} is out of range for partition {}, which ends at {}: resetting",
        position,
        partition.name(),
        stats.nextOffset());
    partition.requestReset(policy);
    return false;
  }
}
