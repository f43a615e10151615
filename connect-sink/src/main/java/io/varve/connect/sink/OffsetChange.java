package io.varve.connect.sink;

import io.varve.LogStats;
import io.varve.LogWriter;
import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.event.StreamPartition;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user's wish that a connector go on at other offsets. Since the log's own position counts, a
 * wish to leave events out is written into the log; a wish to read events again changes nothing
 * there, for they are stored already and will be passed over.
 *
 * <p>Thread: confined to one.
 */
final class OffsetChange {

  private static final Logger LOG = LoggerFactory.getLogger(OffsetChange.class);

  private final Map<String, String> properties;
  private final SinkSettings settings;

  OffsetChange(Map<String, String> properties) {
    this.properties = properties;
    this.settings = SinkSettings.of(properties);
  }

  /**
   * Checks all, then changes what is to be changed; the same again does nothing more.
   *
   * @param offsets the next offset of each partition; a null value to read it from its start
   * @throws ConnectException if one is not possible; nothing is changed then
   */
  void apply(Map<TopicPartition, Long> offsets) {
    offsets.forEach(this::checkArguments);
    if (!Store.exists(settings.storePath())) {
      return;
    }
    try (Store store = Store.open(settings.storePath(), settings.store())) {
      offsets.forEach((source, offset) -> checkLog(store, source, offset));
      offsets.forEach((source, offset) -> change(store, source, offset));
    } catch (VarveException e) {
      throw new ConnectException("Can't alter the offsets: " + e.getMessage(), e);
    }
  }

  private void checkArguments(TopicPartition source, @Nullable Long offset) {
    if (!isArchived(source.topic())) {
      throw new ConnectException(
          "Can't alter the offset of "
              + source
              + ": "
              + settings.owner()
              + " does not archive the topic '"
              + source.topic()
              + "'");
    }
    if (source.partition() < 0 || (offset != null && offset < 0)) {
      throw new ConnectException(
          "Can't alter the offset of "
              + source
              + " to "
              + offset
              + ": partitions and offsets are numbers from 0");
    }
  }

  private boolean isArchived(String topic) {
    String regex = properties.getOrDefault("topics.regex", "");
    return regex.isBlank()
        ? Stream.of(properties.getOrDefault("topics", "").split(","))
            .map(String::strip)
            .toList()
            .contains(topic)
        : Pattern.matches(regex, topic);
  }

  private void checkLog(Store store, TopicPartition source, @Nullable Long offset) {
    StreamPartition log = log(store, source);
    if (offset == null || !store.contains(log)) {
      return;
    }
    LogStats stats = store.stats(log);
    if (offset < stats.startOffset() && stats.events() > 0) {
      throw new ConnectException(
          "Can't alter the offset of "
              + source
              + " to "
              + offset
              + ": its archive begins at offset "
              + stats.startOffset()
              + ", and events can't be added before it. Archive them with another connector into"
              + " another stream ("
              + SinkConfig.STREAM_FORMAT
              + ")");
    }
  }

  private void change(Store store, TopicPartition source, @Nullable Long offset) {
    StreamPartition log = log(store, source);
    if (!store.contains(log) && log.generation() == 1) {
      // The consumer group's offset, which the worker changes, is all there is.
      return;
    }
    long next = store.contains(log) ? store.stats(log).nextOffset() : 0;
    if (offset == null || offset <= next) {
      LOG.info(
          "{}: offsets below {} are archived already and will be passed over when they come again",
          source,
          next);
      return;
    }
    skip(store, log, settings.log(), offset);
    skipDuplicates(store, source, log, offset);
    LOG.info("{}: passed over the offsets {} to {}", source, next, offset - 1);
  }

  private void skip(Store store, StreamPartition log, LogSettings logSettings, long offset) {
    try (LogWriter writer = store.openWriter(log, logSettings, settings.owner())) {
      writer.skipTo(offset);
      writer.sync();
    }
  }

  /** What is left out by a user's wish is not missing among the duplicates. */
  private void skipDuplicates(
      Store store, TopicPartition source, StreamPartition log, long offset) {
    Deduplication deduplication = settings.deduplication();
    String stream = deduplication == null ? null : deduplication.duplicatesStream(source.topic());
    if (stream != null) {
      StreamPartition duplicates = new StreamPartition(stream, log.generation(), log.partition());
      if (store.contains(duplicates) && store.stats(duplicates).nextOffset() < offset) {
        skip(store, duplicates, settings.uncompactedLog(), offset);
      }
    }
  }

  private StreamPartition log(Store store, TopicPartition source) {
    String stream = settings.streamFormat().expand(source.topic());
    return new StreamPartition(
        stream, Math.max(1, store.latestGeneration(stream)), source.partition());
  }
}
