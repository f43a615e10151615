package io.varve.examples.run;

import io.varve.cluster.Broker;
import io.varve.cluster.ClusterException;
import io.varve.cluster.ConnectRest;
import io.varve.cluster.ConnectorStatus;
import io.varve.cluster.LocalCluster;
import io.varve.cluster.Worker;
import io.varve.examples.report.Histogram;
import io.varve.examples.report.RunReport;
import io.varve.examples.report.RunReport.Check;
import io.varve.examples.report.RunReport.Fact;
import io.varve.examples.report.RunTimeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * The demo, step by step: {@link #run} reads as the list of what happens.
 *
 * <p>Thread: confined to one; {@link #close} may be called by another, as at Ctrl-C.
 */
public final class DemoRun implements AutoCloseable {
  private static final String SINK = "archive";
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STILL_MAX = Duration.ofSeconds(60);

  private final RunSettings settings;
  private final Screen screen;
  private final LocalCluster cluster;
  private final Archive archive;
  private final List<Fact> facts = new ArrayList<>();
  private final Instant startedAt = Instant.now();

  private DemoRun(RunSettings settings, Screen screen, LocalCluster cluster) {
    this.settings = settings;
    this.screen = screen;
    this.cluster = cluster;
    this.archive = new Archive(settings.store(), settings.topic());
  }

  /** Unpacks the plugins and prepares a cluster; nothing runs yet. */
  public static DemoRun open(RunSettings settings, Screen screen) throws IOException {
    Path plugins = Files.createDirectories(settings.work().resolve("plugins"));
    PluginArchive.unpackBuilt(settings.project().resolve("connect-sink"), plugins);
    PluginArchive.unpackBuilt(settings.project().resolve("connect-source"), plugins);
    LocalCluster cluster =
        LocalCluster.in(settings.work())
            .pluginPath(plugins)
            .workerSetting("exactly.once.source.support", "enabled")
            .open();
    return new DemoRun(settings, screen, cluster);
  }

  /** Runs it all. */
  public RunReport run() throws IOException {
    Worker worker = startCluster();
    Broker broker = cluster.broker();
    createTopics();
    startSink(worker);

    EventProducer producer =
        new EventProducer(
            broker.bootstrap(), settings.topic(), settings.events().events(), settings.pace());
    try (TopicCounter slice = counter(settings.sliceTopic());
        TopicCounter all = counter(settings.allTopic());
        RunRecorder recorder =
            RunRecorder.start(producer::acknowledged, archive::count, slice::count, all::count)) {
      archiveThroughAKill(worker, producer, recorder);
      replay(worker, recorder, slice(slice));
      replay(worker, recorder, everything(all));
      RunTimeline timeline = recorder.timeline();
      screen.step("comparing topic, archive and replays event by event");
      return report(Verdict.reach(settings, broker.bootstrap(), archive, screen), timeline);
    }
  }

  private Worker startCluster() {
    screen.step("starting a Kafka broker and a Connect worker, each a process of its own");
    Worker worker = cluster.startBoth("worker");
    screen.step("broker on %s, worker on %s", cluster.broker().bootstrap(), worker.restUrl());
    return worker;
  }

  private void createTopics() {
    for (String topic : List.of(settings.topic(), settings.sliceTopic(), settings.allTopic())) {
      // Old timestamps are the point here: neither delete by them nor roll a segment for each week.
      cluster
          .topics()
          .create(
              topic,
              RunSettings.PARTITIONS,
              Map.of("retention.ms", "-1", "segment.ms", Long.toString(Long.MAX_VALUE)));
    }
  }

  private void startSink(Worker worker) throws IOException {
    Map<String, String> replaced =
        Map.of("topics", settings.topic(), "store.path", settings.store().toString());
    worker.rest().put(SINK, ConnectorConfig.load("sink.json", replaced));
    worker.rest().awaitRunning(SINK, START_LIMIT);
    screen.step(
        "sink connector \"%s\" archives topic %s into %s",
        SINK, settings.topic(), settings.store());
  }

  private void archiveThroughAKill(Worker worker, EventProducer producer, RunRecorder recorder) {
    double began = recorder.seconds();
    screen.step(
        "producing %,d events into %s, %d partitions",
        total(), settings.topic(), RunSettings.PARTITIONS);
    producer.start();
    CountWatch watch =
        new CountWatch(
            screen,
            "archived",
            archive::count,
            total(),
            STILL_MAX,
            () -> {
              producer.check();
              failIfFailed(worker.rest(), SINK);
            });
    // In the middle: half is archived; at the latest, while a quarter is still to be produced.
    watch.await(() -> archive.count() * 2 >= total() || producer.acknowledged() * 4 >= total() * 3);
    killAndRestart(worker, producer, recorder, watch);
    boolean complete = watch.awaitGoal();
    double seconds = recorder.seconds() - began;
    recorder.phase("archive", began);
    screen.step(
        "%s %,d of %,d events in %.1f s, outage included",
        complete ? "archived" : screen.bad("gave up:") + " archived only",
        archive.count(),
        total(),
        seconds);
    fact("Produced", "in %.1f s".formatted(producer.seconds()));
    fact("Archived", "in %.1f s, outage included".formatted(seconds));
  }

  private void killAndRestart(
      Worker worker, EventProducer producer, RunRecorder recorder, CountWatch watch) {
    long pid = worker.pid();
    double killedAt = recorder.seconds();
    worker.kill();
    long archived = archive.count();
    screen.step(
        "%s to the worker, process %d: %,d events produced, %,d of them archived",
        screen.bad("SIGKILL"), pid, producer.acknowledged(), archived);
    fact("SIGKILL", "at %.1f s, with %,d events archived".formatted(killedAt, archived));
    worker.launch();
    watch.await(() -> worker.rest().isHealthy() || !worker.isAlive());
    worker.awaitReady();
    double down = recorder.seconds() - killedAt;
    recorder.outage("worker down for %.1f s".formatted(down), killedAt);
    screen.step("worker is back after %.1f s, process %d", down, worker.pid());
    fact("Worker down for", "%.1f s".formatted(down));
  }

  /** What one of the two source connectors is to bring back. */
  private record Replay(
      String connector,
      String what,
      Map<String, String> settings,
      long expected,
      LongSupplier count) {}

  private Replay slice(TopicCounter counter) {
    Map<String, String> range =
        Map.of(
            "topic.format", "${stream}-slice",
            "start.time", Instant.ofEpochMilli(settings.slice().startMs()).toString(),
            "end.time", Instant.ofEpochMilli(settings.slice().endMs()).toString());
    long expected =
        settings.events().events().stream()
            .filter(event -> settings.slice().contains(event.timestampMs()))
            .count();
    return new Replay("replay-slice", settings.slice().toString(), range, expected, counter::count);
  }

  private Replay everything(TopicCounter counter) {
    Map<String, String> all =
        Map.of("topic.format", "${stream}-all", "start.time", "", "end.time", "");
    return new Replay("replay-all", "the whole archive", all, total(), counter::count);
  }

  private void replay(Worker worker, RunRecorder recorder, Replay replay) throws IOException {
    double began = recorder.seconds();
    String connector = replay.connector();
    screen.step("replaying %s, exactly once, by source connector \"%s\"", replay.what(), connector);
    Map<String, String> replaced = new HashMap<>(replay.settings());
    replaced.put("streams", settings.topic());
    replaced.put("store.path", settings.store().toString());
    worker.rest().put(connector, ConnectorConfig.load("source-replay.json", replaced));
    CountWatch watch =
        new CountWatch(
            screen,
            "replayed",
            replay.count(),
            replay.expected(),
            STILL_MAX,
            () -> failIfFailed(worker.rest(), connector));
    boolean complete = watch.awaitGoal();
    double seconds = recorder.seconds() - began;
    // Stopped before anything is compared: nothing can come after the verdict.
    worker.rest().stop(connector);
    worker.rest().awaitState(connector, "STOPPED", START_LIMIT);
    String name = connector.replace('-', ' ');
    recorder.phase(name, began);
    long found = replay.count().getAsLong();
    screen.step(
        "%s %,d of %,d events in %.1f s, start of the connector included: %,.0f/s",
        complete ? "replayed" : screen.bad("gave up:") + " replayed only",
        found,
        replay.expected(),
        seconds,
        found / seconds);
    fact(
        Character.toUpperCase(name.charAt(0)) + name.substring(1),
        "%,d events in %.1f s, %,.0f/s".formatted(found, seconds, found / seconds));
  }

  /** A worker that is down says nothing, and has not failed. */
  private static void failIfFailed(ConnectRest rest, String connector) {
    ConnectorStatus status;
    try {
      status = rest.status(connector);
    } catch (ClusterException notThere) {
      return;
    }
    String failure = status.failure();
    if (failure != null) {
      throw new ClusterException("Connector %s failed: %s".formatted(connector, failure));
    }
  }

  private RunReport report(List<Check> checks, RunTimeline timeline) {
    facts.add(
        0, new Fact("Events", "%,d in %d partitions".formatted(total(), RunSettings.PARTITIONS)));
    fact("Slice", settings.slice().toString());
    fact("Kafka", AppInfoParser.getVersion());
    fact("Java", Runtime.version().toString());
    fact(
        "Machine",
        "%d processors, %s %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")));
    return new RunReport(
        settings.events().origin(),
        startedAt.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC"),
        Histogram.of(settings.events().timesMs(), settings.slice()),
        timeline,
        checks,
        facts);
  }

  private void fact(String name, String value) {
    facts.add(new Fact(name, value));
  }

  private TopicCounter counter(String topic) {
    return new TopicCounter(cluster.broker().bootstrap(), topic, RunSettings.PARTITIONS);
  }

  private long total() {
    return settings.events().events().size();
  }

  /** Lets the cluster outlive this process and says how to look around in it. */
  public void keep() {
    cluster.keepRunning();
    KeptRun.describe(settings, cluster, screen);
  }

  /** Stops the worker, then the broker, and says so. */
  public void stop() {
    screen.step("stopping worker and broker");
    close();
  }

  /** Ends the processes, unless they are to be kept. */
  @Override
  public void close() {
    archive.close();
    cluster.close();
  }
}
