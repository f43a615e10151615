package io.varve.connect.sink;

import io.varve.DedupWriter.Taken;
import io.varve.base.BadEventException;
import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.connect.sink.Delays.BadDelayException;
import io.varve.connect.sink.LogOpener.Opened;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.work.Work;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition of a topic while this task archives it.
 *
 * <p>Thread: confined to the task's.
 */
final class ArchivedPartition {
  /*
   * The log's own end is the position that counts; the consumer follows it. Whenever the log is opened, the consumer is sent
   * back to the log's last event, so that this event comes again and can be compared with the stored one. If it is another,
   * the topic was deleted and created anew, and the next generation of the stream begins, from the topic's first event.
   *
   *     no writer ──open──▶ checking ──the same, or beyond the end──▶ appending
   *         ▲                  │                                       │    │
   *         │                  └──another event──▶ open next generation│    │ an event below the position comes
   *         └────────────── the writer failed or was fenced ───────────┘    └──▶ checking, unless it was asked for
   *
   * When the consumer is sent back, the batch at hand, and its redeliveries, are of no use any more: appending from them
   * would leave out what comes before. They are dropped (freshFrom), to come again in order.
   */

  private static final Logger LOG = LoggerFactory.getLogger(ArchivedPartition.class);
  private static final long NONE = -1;

  private final TopicPartition source;
  private final String stream;
  private final Archive archive;
  private final PartitionMeters meters;
  private final SameTopic sameTopic;
  private final GroupCommit commits;
  private final ErrantRun errants;
  private final Outage outage = new Outage();
  private final Opening opening;
  private final Map<StreamPartition, Work.Repeating> indexed = new HashMap<>();

  private @Nullable PartitionLog writer;

  /** What is written, or to be opened; 0 for the stream's newest. */
  private int generation;

  private long freshFrom;

  /** Events below are stored, or passed over. */
  private long position;

  /** Every event below is stored durably, as far as is known without a writer. */
  private long durable;

  private long firstSeen = NONE;

  /**
   * @param freshFrom the number of the first delivery that can hold events of this assignment
   */
  ArchivedPartition(TopicPartition source, String stream, Archive archive, long freshFrom) {
    this.source = source;
    this.stream = stream;
    this.archive = archive;
    this.freshFrom = freshFrom;
    this.meters = new PartitionMeters(archive.meters(), archive.clock());
    this.opening = new Opening(source, stream, archive, outage);
    this.sameTopic = new SameTopic(archive);
    this.errants = new ErrantRun(archive.deadLetters());
    this.commits = new GroupCommit(archive.meters(), archive.clock());
  }

  TopicPartition source() {
    return source;
  }

  String stream() {
    return stream;
  }

  PartitionMeters meters() {
    return meters;
  }

  // ---- opening ----

  boolean isOpen() {
    return writer != null;
  }

  /**
   * Opens the log, unless it is open or has failed a moment ago, and sends the consumer to where
   * the log goes on.
   *
   * @param delivery the number of the last delivery that began
   * @param waitNanos how long to wait for it; it goes on in the background
   * @return whether the log is open
   * @throws ConnectException if it can't be opened for a reason that does not pass by itself
   */
  boolean openIfDue(long delivery, long waitNanos) {
    if (writer != null) {
      return true;
    }
    opening.start(generation);
    Opened opened = opening.await(waitNanos);
    if (opened == null) {
      return false;
    }
    goOn(opened, delivery);
    return true;
  }

  /** Begins to open the log, unless it is open or that has to wait. */
  void startOpening() {
    if (writer == null) {
      opening.start(generation);
    }
  }

  private void goOn(Opened opened, long delivery) {
    StreamPartition log = opened.log().log();
    writer = opened.log();
    meters.show(opened.log());
    generation = log.generation();
    position = opened.log().nextOffset();
    durable = position;
    sameTopic.opened(position, opened.last());
    commits.reset();
    errants.clear();
    Indexing indexing = archive.indexing();
    if (indexing != null) {
      indexed.computeIfAbsent(log, each -> indexing.keep(each, meters.indexes()));
    }
    long from = opened.last() == null ? resumeFrom() : opened.last().offset();
    if (opened.log().comesAgainFrom() < position) {
      from = Math.min(from, opened.log().comesAgainFrom());
    }
    if (from != NONE) {
      archive.context().offset(source, from);
      freshFrom = Math.max(freshFrom, delivery + 1);
    }
    LOG.info(
        "Archiving {} as {}, from offset {}",
        source,
        log,
        from == NONE ? "where its consumer group stands" : from);
  }

  /** Where the consumer should go on if the log has no event, or NONE for where it stands. */
  private long resumeFrom() {
    // An empty log of a first generation says nothing; what came before a failure does.
    return position > 0 || generation > 1 ? position : firstSeen;
  }

  /** Why the log is not open, for {@link #openIfDue} that returned false. */
  Outage outage() {
    return outage;
  }

  // ---- taking events ----

  /**
   * Takes an event of this partition: stores it, passes over it if it is stored already, sends it
   * to the dead letter queue if it can't be stored.
   *
   * @return false if that needs more time: bring the same one again
   * @throws StoreFailedException if the log can't be written: call {@link #fail}
   * @throws FencedException if another has taken it over: call {@link #takenOver}
   * @throws ConnectException if the task should stop
   */
  boolean accept(SinkRecord record, Delivery delivery) {
    if (delivery.number() < freshFrom) {
      return true;
    }
    long offset = record.originalKafkaOffset();
    if (offset < position) {
      return passOver(record, delivery);
    }
    Event event;
    try {
      event = archive.events().of(record);
    } catch (DataException | BadEventException e) {
      errant(record, offset, e, delivery);
      return true;
    }
    return append(record, event, delivery);
  }

  private boolean append(SinkRecord record, Event event, Delivery delivery) {
    Taken taken;
    try {
      if (!errants.isEmpty() && !settleErrants(delivery.deadlineNanos())) {
        return false;
      }
      taken = writer().tryAppend(event);
    } catch (BadEventException e) {
      errant(record, event.offset(), e, delivery);
      return true;
    }
    if (taken == Taken.NO_ROOM) {
      return false;
    }
    passTo(event.offset(), delivery);
    if (taken == Taken.STORED) {
      meters.stored(event);
    } else {
      meters.count(Meter.DEDUPLICATED);
    }
    return true;
  }

  /** Moves the position past {@code offset}, which was just stored or reported. */
  private void passTo(long offset, Delivery delivery) {
    if (offset != position) {
      if (position > 0) {
        meters.gap(offset - position);
        LOG.debug("{}: no events come for offsets {} to {}", source, position, offset - 1);
      } else if (firstSeen == NONE) {
        LOG.info("{}: the archive begins at offset {}", source, offset);
      }
    }
    if (firstSeen == NONE) {
      firstSeen = offset;
    }
    position = offset + 1;
    sameTopic.passed(offset);
    writer().passed(offset);
    commits.took(delivery.nowNanos());
  }

  private void errant(SinkRecord record, long offset, RuntimeException why, Delivery delivery) {
    errants.report(record, source + " offset " + offset, why);
    meters.count(Meter.ERRANT);
    if (why instanceof BadDelayException) {
      meters.count(Meter.MALFORMED);
    }
    passTo(offset, delivery);
  }

  private boolean settleErrants(long deadlineNanos) {
    if (!errants.settle(deadlineNanos - archive.clock().nanos())) {
      return false;
    }
    PartitionLog open = writer();
    if (open.nextOffset() < position) {
      open.skipTo(position);
    }
    return true;
  }

  // ---- events that come again ----

  private boolean passOver(SinkRecord record, Delivery delivery) {
    switch (sameTopic.ask(record, writer(), delivery.again())) {
      case LATER -> {
        startCommit(archive.clock().nanos());
        return false;
      }
      case OTHER -> recreated(record, delivery);
      case SAME, UNKNOWN -> {
        if (!keepIfMissed(record, delivery)) {
          return false;
        }
        meters.duplicate();
      }
    }
    return true;
  }

  /** Keeps a duplicate that the log has passed durably, and that was not kept before a crash. */
  private boolean keepIfMissed(SinkRecord record, Delivery delivery) {
    PartitionLog open = writer();
    long offset = record.originalKafkaOffset();
    if (open.misses(offset)) {
      try {
        if (!open.keep(archive.events().of(record))) {
          return false;
        }
        commits.took(delivery.nowNanos());
      } catch (DataException | BadEventException e) {
        LOG.debug("{} offset {} went to the dead letter queue when it came first", source, offset);
      }
    }
    open.passed(offset);
    return true;
  }

  private void recreated(SinkRecord record, Delivery delivery) {
    PartitionLog old = writer();
    String found = sameTopic.difference(source, record, old.log());
    if (archive.settings().recreatedTopics() == RecreatedTopics.FAIL) {
      throw new ConnectException(
          found
              + ". Nothing was changed. Set "
              + SinkConfig.RECREATED_TOPICS
              + "="
              + RecreatedTopics.NEW_GENERATION.settingName()
              + " to archive it from its first event into the stream's next generation");
    }
    writer = null;
    long leftNanos = delivery.deadlineNanos() - archive.clock().nanos();
    if (!old.close(Duration.ofNanos(leftNanos), position)) {
      old.abandon();
    }
    generation = Math.max(generation + 1, archive.store().latestGeneration(stream));
    firstSeen = NONE;
    durable = 0;
    meters.count(Meter.NEW_GENERATIONS);
    LOG.warn("{}. Archiving the topic from its first event into generation {}", found, generation);
    freshFrom = delivery.number() + 1;
    openIfDue(delivery.number(), delivery.deadlineNanos() - archive.clock().nanos());
  }

  // ---- making durable ----

  /**
   * Asks for a sync if events have waited for one long enough.
   *
   * @throws VarveException if the last one failed
   */
  void commitIfDue(long nowNanos, long intervalNanos) {
    if (commits.ended()) {
      outage.ended(nowNanos);
    }
    if (commits.isDue(nowNanos, intervalNanos)) {
      startCommit(nowNanos);
    }
  }

  /** Asks for a sync of all that was taken and is not in one yet. Does not wait. */
  private void startCommit(long nowNanos) {
    PartitionLog open = writer;
    if (open != null && commits.isDirty()) {
      boolean settled = errants.isEmpty() || settleErrants(nowNanos);
      commits.start(open.commit(position), nowNanos, settled);
    }
  }

  /**
   * The same, whatever came before; what fails is left for {@link #commitIfDue} to tell.
   *
   * @return done when all that was taken is synced, or has failed
   */
  CompletableFuture<?> commitNow(long nowNanos) {
    try {
      startCommit(nowNanos);
    } catch (VarveException e) {
      LOG.debug("{}: no sync any more", source, e);
    }
    return commits.underWay();
  }

  /** Nanoseconds until {@link #commitIfDue} has something to do, or Long.MAX_VALUE. */
  long nanosToCommit(long nowNanos, long intervalNanos) {
    return commits.nanosToDo(nowNanos, intervalNanos);
  }

  /** Every event below is durable; 0 if none is. */
  long durableOffset() {
    return writer == null ? durable : writer.durableOffset();
  }

  // ---- letting go ----

  /** Gives the writer up after a failure; what was not durable will come again. */
  void fail(StoreFailedException failure) {
    giveUpWriter();
    outage.began(source, failure, archive.clock().nanos());
  }

  /** The same after another has taken the log over, which is this task's to take back. */
  void takenOver(FencedException fenced) {
    giveUpWriter();
    outage.takenOver(source, fenced, archive.clock().nanos());
  }

  private void giveUpWriter() {
    PartitionLog failed = writer;
    if (failed != null) {
      durable = failed.durableOffset();
      writer = null;
      failed.abandon();
    }
    commits.reset();
    meters.count(Meter.OUTAGES);
  }

  /** Lets go of the log, which then holds at least what was said to be durable. */
  void close(Duration wait) {
    opening.cancel();
    indexed.values().forEach(Work.Repeating::close);
    indexed.clear();
    PartitionLog closing = writer;
    writer = null;
    if (closing != null && !closing.close(wait, position)) {
      LOG.warn(
          "{}: not all events could be synced in time; those from offset {} on will come again",
          source,
          closing.durableOffset());
    }
  }

  /** Shows the meters where this partition stands. */
  void publish() {
    meters.publish(position, durableOffset(), generation);
  }

  private PartitionLog writer() {
    if (writer == null) {
      throw new IllegalStateException("The log of " + source + " is not open");
    }
    return writer;
  }
}
