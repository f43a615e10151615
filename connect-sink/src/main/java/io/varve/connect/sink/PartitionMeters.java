package io.varve.connect.sink;

import io.varve.base.Clock;
import io.varve.event.Event;
import org.jspecify.annotations.Nullable;

/**
 * A partition's counts and where it stands. Counting is plain arithmetic; others see it after
 * {@link #publish}.
 *
 * <p>Thread: the getters are safe, everything else is confined to the task's.
 */
final class PartitionMeters {

  private static final Meter[] METERS = Meter.values();

  private final SinkMeters totals;
  private final Clock clock;
  private final long[] unpublished = new long[METERS.length];
  private final IndexMeters indexes = new IndexMeters();
  private long events;
  private long bytes;
  private long duplicates;

  private volatile long position;
  private volatile long durableOffset;
  private volatile int generation;
  private volatile @Nullable ShownLog log;

  PartitionMeters(SinkMeters totals, Clock clock) {
    this.totals = totals;
    this.clock = clock;
  }

  /** How building its field indexes goes. */
  IndexMeters indexes() {
    return indexes;
  }

  void stored(Event event) {
    events++;
    if (event.dueTimeMs() != Event.NOT_DELAYED) {
      count(Meter.DELAYED);
    } else if (Delays.cancels(event)) {
      count(Meter.CANCELS);
    }
    byte[] key = event.key();
    byte[] value = event.value();
    bytes += (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    for (int i = 0; i < event.headers().count(); i++) {
      byte[] header = event.headers().value(i);
      bytes += header == null ? 0 : header.length;
    }
  }

  void duplicate() {
    duplicates++;
  }

  void gap(long missing) {
    unpublished[Meter.GAPS.ordinal()]++;
    unpublished[Meter.MISSING.ordinal()] += missing;
  }

  void count(Meter meter) {
    unpublished[meter.ordinal()]++;
  }

  /** Shows others what was counted, and where the partition stands. */
  void publish(long nextPosition, long nextDurableOffset, int currentGeneration) {
    unpublished[Meter.EVENTS.ordinal()] += events;
    unpublished[Meter.BYTES.ordinal()] += bytes;
    unpublished[Meter.DUPLICATES.ordinal()] += duplicates;
    events = 0;
    bytes = 0;
    duplicates = 0;
    for (int i = 0; i < unpublished.length; i++) {
      if (unpublished[i] != 0) {
        totals.add(METERS[i], unpublished[i]);
        unpublished[i] = 0;
      }
    }
    position = nextPosition;
    durableOffset = nextDurableOffset;
    generation = currentGeneration;
  }

  /** From now on others see what {@code opened} tells, also when it has failed or is closed. */
  void show(PartitionLog opened) {
    log = new ShownLog(opened, clock);
  }

  /** What the engine tells of the log; 0 before it was opened. */
  long value(LogMeter meter) {
    ShownLog shown = log;
    return shown == null ? 0 : meter.value().applyAsLong(shown.reading());
  }

  /** The next event's lowest offset. */
  long position() {
    return position;
  }

  /** Every event below is durable. */
  long durableOffset() {
    return durableOffset;
  }

  /** Offsets that are taken and not durable yet. */
  long unsynced() {
    return Math.max(0, position - durableOffset);
  }

  /** The stream's generation that is written. */
  int generation() {
    return generation;
  }
}
