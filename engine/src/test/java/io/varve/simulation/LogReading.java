package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.LogStats;
import io.varve.ReadRange;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.SegmentEntry;
import io.varve.io.Directory;
import io.varve.testkit.LogModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How one process reads one log: a reader that follows it, and fresh ones. */
final class LogReading {

  private final World world;
  private final Host host;
  private final StreamPartition log;

  /** Segments that were part of the log while the reader was open, and their last offsets. */
  private final Map<String, Long> mayNeed = new LinkedHashMap<>();

  private LogReader reader;
  private long lastRead = -1;

  LogReading(World world, Host host, StreamPartition log) {
    this.world = world;
    this.host = host;
    this.log = log;
  }

  private LogModel model() {
    return world.model.log(log);
  }

  /** Reads; a failure that is to be expected ends the reader. */
  void attempt(Consumer<LogReading> some) {
    try {
      some.accept(this);
    } catch (VarveException e) {
      host.checkExpected(e, log, false);
      try {
        close();
      } catch (StoreFailedException failed) {
        host.checkExpected(failed, log, false);
      }
    }
    host.checkAlive();
  }

  /** Reads on to the end. */
  void follow() {
    if (!host.store().contains(log)) {
      return;
    }
    if (reader == null) {
      reader = host.store().openReader(log, ReadRange.all());
      lastRead = reader.stats().startOffset() - 1;
    }
    while (reader.next()) {
      lastRead = checkNext(reader, lastRead);
    }
  }

  /** The event at hand is the next one behind {@code before}; returns its offset. */
  private long checkNext(LogReader at, long before) {
    Event event = at.event().toEvent();
    model().checkNext(before, event, world.clock.wallMs());
    model().acknowledge(event.offset() + 1);
    return event.offset();
  }

  /** Goes on at any offset. */
  void seek() {
    if (reader != null) {
      long offset = anyOffset();
      mayNeed.clear();
      reader.seek(offset);
      lastRead = Math.max(offset, reader.stats().startOffset()) - 1;
    }
  }

  private long anyOffset() {
    return world.random.nextInt((int) model().acknowledged() + 3);
  }

  /** Reads a range of offsets and times anew. */
  void readSome() {
    if (!host.store().contains(log)) {
      return;
    }
    long from = anyOffset();
    long to = world.random.nextBoolean() ? Long.MAX_VALUE : from + world.random.nextInt(20);
    long fromMs = world.random.nextBoolean() ? Long.MIN_VALUE : world.anyTimeMs();
    long toMs = world.random.nextBoolean() ? Long.MAX_VALUE : Math.max(fromMs, world.anyTimeMs());
    ReadRange range = ReadRange.offsets(from, to).withTimes(fromMs, toMs);
    try (LogReader fresh = host.store().openReader(log, range)) {
      long start = Math.max(from, fresh.stats().startOffset());
      List<Event> found = rest(fresh);
      long end = Math.min(to, fresh.endOffset());
      List<Event> wanted =
          model().between(start, end).stream()
              .filter(e -> e.timestampMs() >= fromMs && e.timestampMs() < toMs)
              .toList();
      model().checkSome(found, wanted, world.clock.wallMs());
    }
  }

  private static List<Event> rest(LogReader reader) {
    List<Event> events = new ArrayList<>();
    while (reader.next()) {
      events.add(reader.event().toEvent());
    }
    return events;
  }

  void close() {
    LogReader closing = reader;
    reader = null;
    mayNeed.clear();
    if (closing != null) {
      closing.close();
    }
  }

  /** No file is gone that the reader may come to. */
  void checkFiles(List<SegmentEntry> segments, Directory folder) {
    if (reader == null) {
      return;
    }
    segments.forEach(segment -> mayNeed.put(segment.fileName(), segment.lastOffset()));
    mayNeed.forEach(
        (file, last) ->
            assertThat(last < reader.position() || folder.contains(file))
                .as("a reader at offset %d finds %s", reader.position(), file)
                .isTrue());
  }

  /**
   * Reads the whole log anew and compares it with the model.
   *
   * @param recovered whether a writer has recovered it, so that all that is acknowledged shows
   * @return what was found
   */
  List<Event> checkAll(boolean recovered) {
    LogStats stats = host.store().stats(log);
    List<Event> found;
    try (LogReader all = host.store().openReader(log, ReadRange.all())) {
      found = rest(all);
      assertThat(all.position()).isEqualTo(stats.nextOffset());
    }
    model().checkAll(found, stats.startOffset(), stats.nextOffset(), world.clock.wallMs());
    assertThat(stats.events()).isEqualTo(found.size());
    if (recovered) {
      assertThat(stats.nextOffset()).isGreaterThanOrEqualTo(model().acknowledged());
    }
    if (world.setup.log().retention().equals(Retention.FOREVER)) {
      checkStart(stats);
    }
    return found;
  }

  /** Nothing but retention moves it, so it is the first event's offset. */
  private void checkStart(LogStats stats) {
    List<Event> appended = model().between(0, stats.nextOffset());
    assertThat(stats.startOffset())
        .isEqualTo(appended.isEmpty() ? stats.nextOffset() : appended.get(0).offset());
  }
}
