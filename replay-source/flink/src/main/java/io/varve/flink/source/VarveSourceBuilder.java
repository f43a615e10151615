package io.varve.flink.source;

import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.flink.source.discover.StreamSelection;
import io.varve.query.BadFilterException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link VarveSource}. Store, streams and a deserializer must be given.
 *
 * <p>Thread: confined to one.
 */
public final class VarveSourceBuilder<T> {

  /** How often a job that follows looks for new streams and partitions, unless it is told. */
  public static final Duration DISCOVERY_INTERVAL = Duration.ofSeconds(10);

  private @Nullable String path;
  private @Nullable StreamSelection streams;
  private int generation = SourceSettings.LATEST_GENERATION;
  private LogPlace start = LogPlace.earliest();
  private @Nullable LogPlace stop;
  private EventRange range = EventRange.ALL;
  private ExpiredOffset expired = ExpiredOffset.FAIL;
  private @Nullable EventFilter filter;
  private @Nullable String expression;
  private Condition condition = Condition.all();
  private @Nullable String group;
  private long discoveryMs = DISCOVERY_INTERVAL.toMillis();
  private long splitOffsets;
  private long eventsMax = Long.MAX_VALUE;
  private @Nullable VarveDeserializationSchema<T> schema;

  VarveSourceBuilder() {}

  /** The store's folder: the same absolute path on the job manager and on every task manager. */
  public VarveSourceBuilder<T> setStore(String folder) {
    if (!Path.of(folder).isAbsolute()) {
      throw new IllegalArgumentException(
          "The store's folder '" + folder + "': expected an absolute path");
    }
    path = folder;
    return this;
  }

  /** The streams' names. Each must be there when the job begins. */
  public VarveSourceBuilder<T> setStreams(String... names) {
    return setStreams(List.of(names));
  }

  /** The streams' names. Each must be there when the job begins. */
  public VarveSourceBuilder<T> setStreams(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("No streams: expected at least one name");
    }
    names.forEach(StreamPartition::checkStream);
    streams = StreamSelection.named(names);
    return this;
  }

  /** All streams whose whole names match; those that appear later, too, if the job follows. */
  public VarveSourceBuilder<T> setStreamPattern(Pattern pattern) {
    streams = StreamSelection.matching(pattern);
    return this;
  }

  /** One generation of each stream, from 1. Else it is the newest, and what comes after it. */
  public VarveSourceBuilder<T> setGeneration(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("Generation " + number + ": expected a number from 1");
    }
    generation = number;
    return this;
  }

  /** All generations of each stream. */
  public VarveSourceBuilder<T> setAllGenerations() {
    generation = SourceSettings.ALL_GENERATIONS;
    return this;
  }

  /** Where reading begins: at the earliest event, unless it is told. */
  public VarveSourceBuilder<T> setStart(LogPlace place) {
    start = place;
    return this;
  }

  /**
   * Lets the job end there. Where a given offset has not been written yet, it waits for it. Unless
   * this is called, the job follows the streams.
   */
  public VarveSourceBuilder<T> setBounded(LogPlace place) {
    if (place.kind() == LogPlace.Kind.EARLIEST) {
      throw new IllegalArgumentException(
          "An end at the earliest event: expected latest, offsets or a time");
    }
    stop = place;
    return this;
  }

  /** Bounds within start and end. */
  public VarveSourceBuilder<T> setRange(EventRange bounds) {
    range = bounds;
    return this;
  }

  /** What to do when events that were to be read are gone by retention: to fail, unless told. */
  public VarveSourceBuilder<T> setExpiredOffset(ExpiredOffset what) {
    expired = what;
    return this;
  }

  /** Which events; the others are not deserialized. Beside an expression, both must want it. */
  public VarveSourceBuilder<T> setFilter(EventFilter chosen) {
    filter = chosen;
    return this;
  }

  /**
   * Which events, as an expression in CEL, such as {@code value.customer_id == 42}: those that it
   * is true of. Where the store has indexes of fields it leads to the batches that may hold one;
   * others are not read.
   *
   * @throws IllegalArgumentException if it is no such expression, with the place and the reason
   */
  public VarveSourceBuilder<T> setFilter(String cel) {
    try {
      io.varve.query.EventFilter.compile(cel);
    } catch (BadFilterException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
    expression = cel;
    return this;
  }

  /**
   * What the fields of an event have to meet to be worth reading, for who compares again what is
   * read: an event that doesn't meet it may be read, too.
   */
  public VarveSourceBuilder<T> setCondition(Condition necessary) {
    condition = necessary;
    return this;
  }

  /**
   * Commits where the job is to a group of consumers in the store, at each checkpoint, as a replay
   * consumer does: so {@code ./varve offsets} shows it, and others can go on there. The job itself
   * goes on where its checkpoints say. The group must have no consumers as members.
   */
  public VarveSourceBuilder<T> setGroupId(String id) {
    group = LogPlace.checkGroup(id);
    return this;
  }

  /** How often to look for new streams, partitions and generations; zero for once. */
  public VarveSourceBuilder<T> setDiscoveryInterval(Duration interval) {
    if (interval.isNegative()) {
      throw new IllegalArgumentException(
          "Discovery interval " + interval + ": expected zero or more");
    }
    discoveryMs = interval.toMillis();
    return this;
  }

  /**
   * Cuts the partitions of a bounded job into splits of as many offsets, which several subtasks
   * read at the same time. The order within a partition is then not kept, and watermarks by event
   * time say nothing: for jobs that need neither.
   */
  public VarveSourceBuilder<T> setSplitOffsets(long offsets) {
    if (offsets < 1) {
      throw new IllegalArgumentException(
          "Offsets of a split " + offsets + ": expected a number from 1");
    }
    splitOffsets = offsets;
    return this;
  }

  /** Each subtask ends after as many elements. */
  public VarveSourceBuilder<T> setElementsMax(long elements) {
    eventsMax = elements;
    return this;
  }

  public VarveSourceBuilder<T> setDeserializer(VarveDeserializationSchema<T> deserializer) {
    schema = deserializer;
    return this;
  }

  /** Elements of the values alone; tombstones have none. */
  public VarveSourceBuilder<T> setValueOnlyDeserializer(DeserializationSchema<T> deserializer) {
    return setDeserializer(VarveDeserializationSchema.valueOnly(deserializer));
  }

  public VarveSource<T> build() {
    if (path == null || streams == null || schema == null) {
      throw new IllegalStateException(
          "A source needs a store, streams and a deserializer; given are store "
              + path
              + ", streams "
              + streams
              + ", deserializer "
              + schema);
    }
    if (splitOffsets > 0 && stop == null) {
      throw new IllegalStateException(
          "Partitions of a job that follows its streams can't be cut into splits: set an end, or"
              + " leave the offsets of a split out");
    }
    if (splitOffsets > 0 && group != null) {
      throw new IllegalStateException(
          "Where a job is that reads pieces of partitions at the same time can't be committed to"
              + " the group '"
              + group
              + "': leave the group, or the offsets of a split out");
    }
    return new VarveSource<>(
        new SourceSettings(
            path,
            streams,
            generation,
            start,
            stop,
            range,
            expired,
            filter,
            expression,
            condition,
            group,
            discoveryMs,
            splitOffsets,
            eventsMax),
        schema);
  }
}
