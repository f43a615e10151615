package io.varve.connect.source.replay;

import io.varve.LogStats;
import io.varve.Store;
import io.varve.connect.common.RecordDecoder;
import io.varve.connect.common.SchemaTexts;
import io.varve.connect.source.config.ProgressTopic;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.offset.SourceOffset;
import io.varve.connect.source.offset.StoredPositions;
import io.varve.connect.source.plan.PartitionGenerations;
import io.varve.connect.source.progress.Progress;
import io.varve.connect.source.progress.ProgressLog;
import io.varve.connect.source.progress.ProgressMetrics;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a task runs: its partitions, from where they were left to their ends, and its progress. */
public final class Replay implements Feed {

  private static final Logger log = LoggerFactory.getLogger(Replay.class);
  private static final long STOCK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Store store;
  private final List<PartitionLine> lines;
  private final Poller poller;
  private final ReplayClock clock;
  private final Progress progress;
  private final ProgressLog progressLog;
  private final Stock stock;
  private long stockNanos;

  private Replay(
      Store store, List<PartitionLine> lines, Poller poller, ReplayClock clock, String what) {
    this.store = store;
    this.lines = lines;
    this.poller = poller;
    this.clock = clock;
    long now = clock.nanos();
    this.progress = new Progress(now);
    this.progressLog = new ProgressLog(what, now);
    this.stock = new Stock(store, lines);
    this.stockNanos = now;
  }

  /** Opens the store and finds where to go on. Nothing stays open if it throws. */
  public static Replay open(
      SourceSettings settings,
      List<PartitionGenerations> partitions,
      SourceTaskContext context,
      ReplayClock clock) {
    Store store = Store.openReadOnly(settings.storePath());
    try {
      List<List<LogRange>> ranges = ranges(store, settings, partitions, context);
      RecordDecoder decoder = new RecordDecoder(SchemaTexts.of(store));
      Patience patience = new Patience(clock);
      List<PartitionLine> lines = new ArrayList<>();
      for (List<LogRange> line : ranges) {
        lines.add(
            new PartitionLine(
                line,
                range ->
                    LogReplay.open(
                        store,
                        range,
                        target(settings, range),
                        decoder,
                        settings.filter(),
                        patience)));
      }
      Poller poller =
          new Poller(
              order(settings, lines, patience, clock),
              clock,
              settings,
              context.transactionContext());
      String what =
          settings.mode().text()
              + " of "
              + partitions.size()
              + " partitions of "
              + settings.streams()
              + (settings.filter() == null ? "" : " where " + settings.filter());
      Replay replay = new Replay(store, lines, poller, clock, what);
      replay.begin(context);
      return replay;
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  private static ReplayOrder order(
      SourceSettings settings, List<PartitionLine> lines, Patience patience, ReplayClock clock) {
    ReplayOrder order =
        settings.speed().paced()
            ? new PacedOrder(lines, settings.speed(), patience)
            : new RoundRobinOrder(lines, settings.poll(), patience);
    ProgressTopic progress = settings.progress();
    return progress == null ? order : new MarkedOrder(order, lines, progress, clock.nanos());
  }

  private static LogReplay.Target target(SourceSettings settings, LogRange range) {
    return new LogReplay.Target(
        settings.topicFormat().expand(range.log().stream()),
        settings.keepPartition() ? range.log().partition() : null,
        settings.keepTimestamp(),
        settings.originHeaders());
  }

  private static List<List<LogRange>> ranges(
      Store store,
      SourceSettings settings,
      List<PartitionGenerations> partitions,
      SourceTaskContext context) {
    List<StreamPartition> logs = partitions.stream().flatMap(each -> each.logs().stream()).toList();
    Map<StreamPartition, SourceOffset> stored = StoredPositions.read(context, logs);
    List<List<LogRange>> lines = new ArrayList<>();
    for (PartitionGenerations partition : partitions) {
      List<LogRange> line = new ArrayList<>();
      for (StreamPartition each : partition.logs()) {
        LogStats stats = store.stats(each);
        SourceOffset offset = stored.get(each);
        LogRange range =
            LogRange.of(settings, each, offset, stats.startOffset(), stats.nextOffset());
        tell(range, offset);
        line.add(range);
      }
      lines.add(line);
    }
    return lines;
  }

  private static void tell(LogRange range, @Nullable SourceOffset stored) {
    log.info(
        "{}: {} at offset {}, {}",
        range.log(),
        stored == null ? "begins" : "goes on",
        range.from(),
        range.bounded() ? "ends before offset " + range.end() : "then follows the tail");
  }

  private void begin(SourceTaskContext context) {
    stock.take(true);
    progress.begin(clock.nanos(), stock.done(), stock.total());
    if (!ProgressMetrics.register(context, progress, stock.logs())) {
      log.info(
          "This worker has no plugin metrics (they came with Kafka 4.1): progress is in the log");
    }
  }

  @Override
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    List<SourceRecord> records = poller.poll();
    if (records != null) {
      progress.add(poller.lastEvents(), poller.lastBytes());
    }
    takeStock();
    return records;
  }

  private void takeStock() {
    long now = clock.nanos();
    boolean finished = poller.isFinished();
    if (now - stockNanos < STOCK_NANOS && !finished) {
      return;
    }
    stockNanos = now;
    stock.take(progressLog.isDue(now));
    progress.passed(stock.eventsPassed());
    progress.update(now, stock.done(), stock.total());
    if (finished && !lines.isEmpty()) {
      progressLog.end(now, progress.snapshot());
    } else {
      progressLog.update(now, progress.snapshot());
    }
  }

  @Override
  public void close() {
    try {
      lines.forEach(PartitionLine::close);
    } finally {
      store.close();
    }
  }
}
