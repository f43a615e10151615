package io.varve.connect.source;

import io.varve.Store;
import io.varve.base.NoSuchStreamException;
import io.varve.base.VarveException;
import io.varve.connect.common.config.PluginVersion;
import io.varve.connect.source.config.GenerationChoice;
import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.offset.OffsetChange;
import io.varve.connect.source.plan.Assignment;
import io.varve.connect.source.plan.Catalogue;
import io.varve.connect.source.plan.PartitionGenerations;
import io.varve.connect.source.plan.StreamWatch;
import io.varve.connect.source.plan.TailStarts;
import io.varve.connect.source.plan.TaskPlan;
import io.varve.connect.source.schedule.ReadyLog;
import io.varve.event.StreamPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays streams of a store into topics, or delivers their delayed events when they are due.
 *
 * <p>The connector chooses what is replayed and splits it over tasks; each task keeps its own
 * positions in Connect. But for a bounded replay, which is planned once, it looks for new streams,
 * partitions and generations, and has the tasks planned anew when there are some.
 *
 * <p>Thread: the worker calls one method at a time.
 */
public final class VarveSourceConnector extends SourceConnector {

  private static final Logger log = LoggerFactory.getLogger(VarveSourceConnector.class);

  /** What there is from {@link #start} to {@link #stop}. */
  private record Running(
      Map<String, String> props,
      SourceSettings settings,
      TailStarts tailStarts,
      @Nullable StreamWatch watch) {}

  private @Nullable Running running;

  @Override
  public String version() {
    return PluginVersion.of(VarveSourceConnector.class);
  }

  @Override
  public ConfigDef config() {
    return SourceConfigDef.create();
  }

  @Override
  public Class<? extends Task> taskClass() {
    return VarveSourceTask.class;
  }

  /** Checks each setting, all of them together, and what they select. Changes nothing anywhere. */
  @Override
  public Config validate(Map<String, String> props) {
    return Validation.of(super.validate(props), props);
  }

  @Override
  public void start(Map<String, String> props) {
    SourceSettings settings = SourceSettings.parse(props);
    StreamWatch watch = null;
    if (settings.mode().follows()) {
      watch = new StreamWatch(() -> look(settings), () -> context().requestTaskReconfiguration());
    }
    running =
        new Running(
            Map.copyOf(props),
            settings,
            new TailStarts(context(), log -> positionOf(settings, log)),
            watch);
    Advice.log(settings, props);
    if (watch != null) {
      watch.start(settings.refreshIntervalMs());
    }
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    Running now = running;
    if (now == null) {
      throw new ConnectException("The connector was asked for tasks before it started");
    }
    try (Store store = Store.openReadOnly(now.settings.storePath())) {
      Catalogue catalogue = Catalogue.of(store, now.settings.streams());
      List<List<PartitionGenerations>> plan = plan(store, catalogue, now, maxTasks);
      if (now.watch != null) {
        now.watch.planned(catalogue);
      }
      List<Map<String, String>> configs = new ArrayList<>();
      for (List<PartitionGenerations> task : plan) {
        Map<String, String> config = new HashMap<>(now.props);
        config.put(Assignment.KEY, Assignment.format(task));
        configs.add(config);
      }
      return configs;
    } catch (VarveException e) {
      throw Failures.of("Can't plan the tasks", e);
    }
  }

  private static List<List<PartitionGenerations>> plan(
      Store store, Catalogue catalogue, Running now, int maxTasks) {
    SourceSettings settings = now.settings;
    if (settings.mode().follows() && settings.generation().kind() == GenerationChoice.Kind.LATEST) {
      now.tailStarts.learn(catalogue);
    }
    Catalogue.TailStart tailStart =
        settings.mode().follows() ? now.tailStarts : (stream, partition, latest) -> latest;
    List<PartitionGenerations> selected = catalogue.select(settings.generation(), tailStart);
    if (selected.isEmpty()) {
      if (settings.mode() == Mode.REPLAY) {
        throw new ConnectException(
            "Nothing in the store matches streams="
                + settings.streams()
                + "; it has "
                + store.streams()
                + ". Correct the setting, or wait for streams to come with mode=tail");
      }
      log.info(
          "No stream matches {} yet; looking every {} ms",
          settings.streams(),
          settings.refreshIntervalMs());
    }
    List<TaskPlan.Weighed> weighed =
        selected.stream()
            .map(partition -> new TaskPlan.Weighed(partition, bytes(store, partition)))
            .toList();
    List<List<PartitionGenerations>> plan = TaskPlan.split(weighed, maxTasks);
    log.info(
        "{} {} partitions of {} streams in {} tasks",
        settings.mode() == Mode.SCHEDULED ? "Delivering the delayed events of" : "Replaying",
        selected.size(),
        catalogue.streams().size(),
        plan.size());
    if (settings.keepPartition()) {
      catalogue
          .newest()
          .forEach(
              each ->
                  log.info(
                      "Topic {} needs {} partitions or more",
                      settings.topicFormat().expand(each.stream()),
                      each.partition() + 1));
    }
    return plan;
  }

  /** The log by which Connect keeps how far another is. */
  private static StreamPartition positionOf(SourceSettings settings, StreamPartition log) {
    return settings.mode() == Mode.SCHEDULED ? ReadyLog.of(log) : log;
  }

  private static long bytes(Store store, PartitionGenerations partition) {
    return partition.logs().stream().mapToLong(each -> store.stats(each).bytes()).sum();
  }

  private static Catalogue look(SourceSettings settings) {
    try (Store store = Store.openReadOnly(settings.storePath())) {
      return Catalogue.of(store, settings.streams());
    }
  }

  /** Called also when the start failed. */
  @Override
  public void stop() {
    Running now = running;
    running = null;
    if (now != null && now.watch != null) {
      now.watch.close();
    }
  }

  @Override
  public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> connectorConfig) {
    return ExactlyOnceSupport.SUPPORTED;
  }

  @Override
  public ConnectorTransactionBoundaries canDefineTransactionBoundaries(
      Map<String, String> connectorConfig) {
    return ConnectorTransactionBoundaries.SUPPORTED;
  }

  @Override
  public boolean alterOffsets(
      Map<String, String> connectorConfig, Map<Map<String, ?>, Map<String, ?>> offsets) {
    SourceSettings settings = SourceSettings.parse(connectorConfig);
    try (Store store = Store.openReadOnly(settings.storePath())) {
      new OffsetChange(each -> nextOffset(settings, store, each)).check(offsets);
    } catch (VarveException e) {
      throw Failures.of("Can't check the offsets", e);
    }
    return true;
  }

  private static long nextOffset(SourceSettings settings, Store store, StreamPartition each) {
    if (settings.mode() == Mode.SCHEDULED && !ReadyLog.isOne(each)) {
      throw new IllegalArgumentException(
          "with mode=scheduled positions are those in ready logs; expected the stream '"
              + ReadyLog.of(each).stream()
              + "'");
    }
    try {
      return store.stats(each).nextOffset();
    } catch (NoSuchStreamException e) {
      return -1;
    }
  }
}
