package io.varve.connect.source;

import io.varve.base.VarveException;
import io.varve.connect.common.config.PluginVersion;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.plan.Assignment;
import io.varve.connect.source.plan.PartitionGenerations;
import io.varve.connect.source.replay.Replay;
import io.varve.connect.source.replay.ReplayClock;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the partitions that the connector assigned to it.
 *
 * <p>Thread: confined to the one that the worker gives it.
 */
public final class VarveSourceTask extends SourceTask {

  private static final Logger log = LoggerFactory.getLogger(VarveSourceTask.class);

  private final ReplayClock clock;
  private @Nullable Replay replay;

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
      replay = Replay.open(settings, partitions, context, clock);
    } catch (VarveException e) {
      throw Failures.of("Can't begin the replay", e);
    }
  }

  @Override
  public @Nullable List<SourceRecord> poll() throws InterruptedException {
    Replay running = replay;
    if (running == null) {
      throw new ConnectException("The task was polled before it started, or after it stopped");
    }
    try {
      return running.poll();
    } catch (VarveException e) {
      throw Failures.of("The replay can't go on", e);
    }
  }

  /** Called also when the start failed. */
  @Override
  public void stop() {
    Replay running = replay;
    replay = null;
    if (running != null) {
      try {
        running.close();
      } catch (VarveException e) {
        log.warn("Closing the store failed", e);
      }
    }
  }
}
