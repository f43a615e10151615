package io.varve.flink.source.read;

import io.varve.ReaderMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * What a reader has done, as Flink's metrics for sources and as some of its own.
 *
 * <p>Thread: counted by the task's; shown to any.
 */
public final class SourceMetrics {

  private static final String GROUP = "varve";

  private final List<SplitReading> open = new CopyOnWriteArrayList<>();
  private final Counter recordsIn;
  private final Counter bytesIn;
  private final Counter filtered;
  private final Counter passedBy;
  private final MetricGroup own;

  // Of splits that are closed by now.
  private final LongAdder closedBatches = new LongAdder();
  private final LongAdder closedBytes = new LongAdder();

  // Of the latest event; shown without a fence, so that they may be a moment old.
  private long eventMs = -1;
  private long fetchMs = -1;

  SourceMetrics(SourceReaderMetricGroup metrics) {
    recordsIn = metrics.getIOMetricGroup().getNumRecordsInCounter();
    bytesIn = metrics.getIOMetricGroup().getNumBytesInCounter();
    metrics.setPendingRecordsGauge(() -> open.stream().mapToLong(SplitReading::pending).sum());
    metrics.gauge("currentFetchEventTimeLag", () -> eventMs < 0 ? -1 : fetchMs - eventMs);
    own = metrics.addGroup(GROUP);
    filtered = own.counter("eventsFilteredOut");
    passedBy = own.counter("eventsPassedBy");
    own.gauge("batchesRead", () -> closedBatches.sum() + sum(true));
    own.gauge("storedBytesRead", () -> closedBytes.sum() + sum(false));
    own.gauge("openLogs", open::size);
  }

  /** Names of the metrics, within the operator's group, and what they are. */
  public static Map<String, String> descriptions() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("numRecordsIn", "events looked at");
    all.put("numBytesIn", "bytes of their keys and values");
    all.put("pendingRecords", "offsets between where the reader is and where its logs end");
    all.put(
        "currentFetchEventTimeLag",
        "milliseconds from the timestamp of the latest event to when it was read");
    all.put(
        GROUP + ".eventsFilteredOut", "events that were looked at and not chosen by the filter");
    all.put(
        GROUP + ".eventsPassedBy",
        "events that were read, and whose fields are not as a filter in CEL or a query wants them;"
            + " those that indexes lead past are not read");
    all.put(
        GROUP + ".batchesRead",
        "batches loaded; those without an offset or time of the range are skipped unread");
    all.put(GROUP + ".storedBytesRead", "their bytes as they are stored");
    all.put(GROUP + ".openLogs", "logs that are being read now");
    all.put(GROUP + ".commitsSucceeded", "commits to the group, if one is set");
    all.put(GROUP + ".commitsFailed", "commits to the group that failed");
    return all;
  }

  /** The group of the source's own metrics. */
  MetricGroup group() {
    return own;
  }

  private long sum(boolean batches) {
    long sum = 0;
    for (SplitReading reading : open) {
      ReaderMetrics metrics = reading.metrics();
      if (metrics != null) {
        sum += batches ? metrics.batches() : metrics.storedBytes();
      }
    }
    return sum;
  }

  void opened(SplitReading reading) {
    open.add(reading);
  }

  void closed(SplitReading reading) {
    ReaderMetrics metrics = reading.metrics();
    open.remove(reading);
    if (metrics != null) {
      closedBatches.add(metrics.batches());
      closedBytes.add(metrics.storedBytes());
    }
  }

  /** Some events have been passed by. */
  void passedBy(long events) {
    passedBy.inc(events);
  }

  /** Some events have been handed on; the latest had that timestamp. */
  void read(int events, long bytes, int left, long timestampMs) {
    recordsIn.inc(events);
    bytesIn.inc(bytes);
    if (left > 0) {
      filtered.inc(left);
    }
    if (timestampMs >= 0) {
      eventMs = timestampMs;
      fetchMs = System.currentTimeMillis();
    }
  }
}
