package io.varve.replay.topic;

import io.varve.event.EventView;
import io.varve.event.StreamPartition;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to a topic, and keeps what the cluster acknowledges in the table of offsets. The
 * first failure ends it.
 *
 * <p>Thread: confined to one; the producer's calls {@link #acknowledge}. Both are guarded by this.
 */
public final class TopicReplay {

  private final Producer<byte[], byte[]> producer;
  private final EventRecords records;
  private final OffsetTable table;
  private final OffsetTables file;

  /** Partitions of the topic of which the table knows all, as long as nobody else writes. */
  private final Set<Integer> followed = new HashSet<>();

  private final Map<Integer, Sent> sent = new TreeMap<>();
  private long acknowledged;
  private @Nullable KafkaException failure;

  /** How far a partition of the stream is. */
  private static final class Sent {
    private long last = -1;
    private int inFlight;

    /** The first offset that is not surely there. */
    private long next;

    private boolean failed;
  }

  /**
   * @param producer that nobody else sends with; it is not closed
   * @param topic as it is now
   * @param table of what it holds
   * @param file where the table is saved
   */
  public TopicReplay(
      Producer<byte[], byte[]> producer,
      EventRecords records,
      TopicState topic,
      OffsetTable table,
      OffsetTables file) {
    this.producer = producer;
    this.records = records;
    this.table = table;
    this.file = file;
    topic
        .ends()
        .forEach(
            (partition, end) -> {
              // What is not in headers is never known otherwise.
              if (!records.origin() || end.equals(topic.starts().get(partition))) {
                table.seen(partition, end);
              }
              if (table.seen(partition) == end) {
                followed.add(partition);
              }
            });
  }

  /**
   * Sends an event; it may not be there on return.
   *
   * @throws KafkaException if this one, or one before, could not be sent; says which
   * @throws InterruptException if the thread was interrupted while it waited for room
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told the same
  public void send(StreamPartition log, EventView event) {
    long offset = event.offset();
    var record = records.of(log, event);
    synchronized (this) {
      check();
      Sent of = sent.computeIfAbsent(log.partition(), each -> new Sent());
      if (of.last < 0) {
        of.next = offset;
      }
      of.last = offset;
      of.inFlight++;
    }
    try {
      producer.send(record, (metadata, e) -> acknowledge(log, offset, metadata, e));
    } catch (InterruptException e) {
      acknowledge(log, offset, null, e);
      throw e;
    } catch (KafkaException e) {
      acknowledge(log, offset, null, e);
      check();
    }
  }

  private synchronized void acknowledge(
      StreamPartition log, long offset, @Nullable RecordMetadata at, @Nullable Exception e) {
    Sent of = sent.computeIfAbsent(log.partition(), each -> new Sent());
    of.inFlight--;
    if (e != null || at == null || !at.hasOffset()) {
      of.failed = true;
      if (failure == null) {
        String why = e == null ? "it was not acknowledged" : String.valueOf(e.getMessage());
        failure =
            new KafkaException(
                "Sending "
                    + log
                    + " offset "
                    + offset
                    + " to the topic "
                    + records.topic()
                    + " failed: "
                    + why,
                e);
      }
      return;
    }
    acknowledged++;
    if (!of.failed) {
      // Those of one partition are acknowledged in their order, others in any.
      of.next = records.keepPartition() ? offset + 1 : of.inFlight == 0 ? of.last + 1 : of.next;
    }
    note(log, offset, at);
  }

  private void note(StreamPartition log, long offset, RecordMetadata at) {
    int to = at.partition();
    if (!followed.contains(to)) {
      return;
    }
    if (at.offset() != table.seen(to) && records.origin()) {
      // Somebody else has written, too: the headers will tell.
      followed.remove(to);
      return;
    }
    table.add(log.partition(), offset, to, at.offset());
  }

  private synchronized void check() {
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Waits until all that was sent is acknowledged, and saves what is known then.
   *
   * @throws KafkaException if something could not be sent; what was is saved
   */
  public void settle() {
    producer.flush();
    save();
    check();
  }

  /** Waits no longer than that for what was sent, and saves what is known then. */
  public void abandon(Duration wait) {
    producer.close(wait);
    save();
  }

  private synchronized void save() {
    next().forEach(table::replayed);
    if (records.origin()) {
      // Whoever else has saved one: each is true by itself, and headers tell the rest.
      if (!file.save(table)) {
        file.overwrite(table);
      }
    } else if (!file.save(table)) {
      throw new KafkaException(
          "Somebody else replays this stream to the topic "
              + records.topic()
              + ", too, or translates its offsets; without headers of origin only one may, or"
              + " offsets can't be told apart");
    }
  }

  /** By partition of the stream, the first offset that is not surely in the topic. */
  public synchronized SortedMap<Integer, Long> next() {
    SortedMap<Integer, Long> next = new TreeMap<>();
    sent.forEach((partition, each) -> next.put(partition, each.next));
    return next;
  }

  /** Events that are in the topic. */
  public synchronized long acknowledged() {
    return acknowledged;
  }
}
