package io.varve.connect.source.schedule;

import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.Clock;
import io.varve.base.VarveException;
import io.varve.connect.common.RecordDecoder;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.offset.SourceOffset;
import io.varve.connect.source.offset.StoredPositions;
import io.varve.connect.source.plan.PartitionGenerations;
import io.varve.connect.source.replay.Feed;
import io.varve.connect.source.replay.Poller;
import io.varve.connect.source.replay.ReplayClock;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a task runs with {@code mode=scheduled}: the schedules of its partitions. */
public final class Delivery implements Feed {

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  private static final long CLOSE_MS_MAX = 800;

  private final Store store;
  private final List<LogSchedule> schedules;
  private final Poller poller;
  private final DeliveryLog deliveryLog;

  private Delivery(
      Store store, List<LogSchedule> schedules, Poller poller, DeliveryLog deliveryLog) {
    this.store = store;
    this.schedules = schedules;
    this.poller = poller;
    this.deliveryLog = deliveryLog;
  }

  /** Opens the store, and begins to open the schedulers. Nothing stays open if it throws. */
  public static Delivery open(
      SourceSettings settings,
      List<PartitionGenerations> partitions,
      SourceTaskContext context,
      ReplayClock clock) {
    List<StreamPartition> logs = partitions.stream().flatMap(each -> each.logs().stream()).toList();
    Map<StreamPartition, SourceOffset> positions =
        StoredPositions.read(context, logs.stream().map(ReadyLog::of).toList());
    Store store = Store.open(settings.storePath(), StoreSettings.defaults());
    List<LogSchedule> schedules = new ArrayList<>();
    boolean done = false;
    try {
      Bell bell = new Bell();
      RecordDecoder decoder = new RecordDecoder(SchemaTexts.of(store));
      List<ReadyOrder.Line> lines = new ArrayList<>();
      for (StreamPartition each : logs) {
        SourceOffset position = positions.get(ReadyLog.of(each));
        long from = position == null ? 0 : position.offset();
        AtomicLong committed = new AtomicLong(from);
        SchedulerSettings scheduler =
            TimerShare.of(
                settings.schedule(), each.stream(), logs.size(), () -> committed.get() - 1);
        LogSchedule schedule =
            new LogSchedule(store, each, scheduler, settings.owner(), from, bell, Clock.SYSTEM);
        schedules.add(schedule);
        lines.add(
            new ReadyOrder.Line(
                schedule,
                new ReadyRecords(each, settings, decoder, committed),
                new Delivered(each, schedule::metrics, committed)));
      }
      List<Delivered> delivered = lines.stream().map(ReadyOrder.Line::delivered).toList();
      if (!DeliveryMetrics.register(context, delivered)) {
        LOG.info("This worker has no plugin metrics (they came with Kafka 4.1): see the log");
      }
      Delivery delivery =
          new Delivery(
              store,
              schedules,
              new Poller(
                  new ReadyOrder(lines, bell), clock, settings, context.transactionContext()),
              new DeliveryLog(settings.streams().toString(), delivered));
      schedules.forEach(LogSchedule::start);
      done = true;
      return delivery;
    } finally {
      if (!done) {
        store.close();
      }
    }
  }

  @Override
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    List<SourceRecord> records = poller.poll();
    deliveryLog.update(System.nanoTime());
    return records;
  }

  /** Has the schedulers save what is pending; one that takes long for it goes on by itself. */
  @Override
  public void close() {
    schedules.forEach(LogSchedule::stop);
    // A disk that hangs must not hold the worker's thread.
    Thread closer = new Thread(this::closeAll, "varve-source-close");
    closer.setDaemon(true);
    closer.start();
    try {
      closer.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    try {
      for (LogSchedule schedule : schedules) {
        schedule.join();
      }
      store.close();
    } catch (VarveException e) {
      LOG.warn("Closing the store failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
