package io.varve.connect.source;

import io.varve.base.VarveException;
import io.varve.connect.common.config.PluginVersion;
import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.plan.Assignment;
import io.varve.connect.source.plan.PartitionGenerations;
import io.varve.connect.source.replay.Feed;
import io.varve.connect.source.replay.Replay;
import io.varve.connect.source.replay.ReplayClock;
import io.varve.connect.source.schedule.DeliveredRecord;
import io.varve.connect.source.schedule.Delivery;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the partitions that the connector assigned to it, or delivers their delayed events.
 *
 * <p>Thread: confined to the one that the worker gives it, but for {@link #commitRecord}.
 */
public final class VarveSourceTask extends SourceTask {

  private static final Logger log = LoggerFactory.getLogger(VarveSourceTask.class);

  private final ReplayClock clock;
  private @Nullable Feed feed;

  /** As the worker makes it. */
  public VarveSourceTask() {
    this(ReplayClock.SYSTEM);
  }

  VarveSourceTask(ReplayClock clock) {
    this.clock = clock;
  }

  @Override
  public String version() {
    return PluginVersion.of(VarveSourceTask.class);
  }

  @Override
  public void start(Map<String, String> props) {
    SourceSettings settings = SourceSettings.parse(props);
    String text = props.get(Assignment.KEY);
    if (text == null) {
      throw new ConnectException(
          "A task's configuration has no " + Assignment.KEY + ": it wasn't made by the connector");
    }
    List<PartitionGenerations> partitions = Assignment.parse(text);
    try {
      feed =
          settings.mode() == Mode.SCHEDULED
              ? Delivery.open(settings, partitions, context, clock)
              : Replay.open(settings, partitions, context, clock);
    } catch (VarveException e) {
      throw Failures.of("Can't begin", e);
    }
  }

  @Override
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    Feed running = feed;
    if (running == null) {
      throw new ConnectException("The task was polled before it started, or after it stopped");
    }
    try {
      return running.poll();
    } catch (VarveException e) {
      throw Failures.of("Can't go on", e);
    }
  }

  /** Thread: the task's or its producer's. */
  @Override
  public void commitRecord(SourceRecord record, @Nullable RecordMetadata metadata) {
    if (record instanceof DeliveredRecord delivered) {
      delivered.committed();
    }
  }

  /** Called also when the start failed. */
  @Override
  public void stop() {
    Feed running = feed;
    feed = null;
    if (running != null) {
      try {
        running.close();
      } catch (VarveException e) {
        log.warn("Closing the store failed", e);
      }
    }
  }
}
