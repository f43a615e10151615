package io.varve.examples.flink.run;

import io.varve.cluster.Broker;
import io.varve.cluster.LocalCluster;
import io.varve.examples.flink.cluster.FlinkCluster;
import io.varve.examples.flink.cluster.FlinkJars;
import io.varve.examples.flink.input.Comparison;
import io.varve.examples.flink.input.Events;
import io.varve.examples.flink.input.ExpectedResults;
import io.varve.examples.flink.report.Backend;
import io.varve.examples.flink.report.Course;
import io.varve.examples.flink.report.Figures;
import io.varve.examples.flink.report.Outcome;
import io.varve.examples.run.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The whole example: a broker, a cluster, and the job in both directions.
 *
 * <p>Thread: confined to one; {@link #close} may be called by another, as at Ctrl-C.
 */
public final class ExampleRun implements AutoCloseable {
  private static final long CHECKPOINT_EVERY_MS = 500;

  private final Screen screen;
  private final Path folder;
  private final int orders;
  private final FlinkJars jars;
  private final LocalCluster kafka;
  private final FlinkCluster flink;

  private ExampleRun(
      Screen screen,
      Path folder,
      int orders,
      FlinkJars jars,
      LocalCluster kafka,
      FlinkCluster flink) {
    this.screen = screen;
    this.folder = folder;
    this.orders = orders;
    this.jars = jars;
    this.kafka = kafka;
    this.flink = flink;
  }

  /** Prepares a run whose files are in {@code folder}; nothing runs yet. */
  public static ExampleRun open(Screen screen, Path folder, FlinkJars jars, int orders) {
    LocalCluster kafka = LocalCluster.in(folder.resolve("kafka")).open();
    return new ExampleRun(
        screen, folder, orders, jars, kafka, FlinkCluster.in(folder.resolve("flink"), jars));
  }

  /** Runs it all. */
  public Outcome run() throws IOException {
    screen.step("starting a Kafka broker, a job manager and two task managers, each a process");
    Broker broker = kafka.launchBroker();
    flink.startJobManager();
    flink.startTaskManager();
    flink.startTaskManager();
    Events events = Events.generate(orders);
    List<String> expected = ExpectedResults.of(events);
    broker.awaitReady();
    Map<Backend, Figures> figures = new EnumMap<>(Backend.class);
    for (Backend backend : Backend.values()) {
      figures.put(backend, new Figures());
    }
    List<Course> courses = new ArrayList<>();
    Map<String, Comparison> verdicts = new LinkedHashMap<>();
    screen.step(
        "%,d orders and %,d payments are to go through; %,d results are expected of them",
        events.orders().size(), events.payments().size(), expected.size());
    Submission submission =
        new Submission(
            jars,
            flink.rest().port(),
            Files.createDirectories(folder.resolve("flink/checkpoints")),
            CHECKPOINT_EVERY_MS);
    Path savepoints = Files.createDirectories(folder.resolve("flink/savepoints"));
    Direction.Setup setup =
        new Direction.Setup(
            screen, flink, new Topics(broker), submission, savepoints, events, figures);
    for (Backend first : Backend.values()) {
      if (!courses.isEmpty()) {
        renewTaskManagers();
      }
      Backend second = first == Backend.VARVE ? Backend.ROCKSDB : Backend.VARVE;
      Direction direction = new Direction(setup, first, second);
      Comparison verdict = direction.run(expected);
      courses.add(direction.course());
      verdicts.put(direction.course().name(), verdict);
      screen.step(
          "%s: %,d results compared: %s",
          direction.course().name(),
          verdict.found(),
          verdict.clean() ? screen.good("all there, once") : screen.bad("not as expected"));
    }
    return new Outcome(what(events), courses, figures, verdicts);
  }

  /** Each direction begins on processes that have seen no other backend. */
  private void renewTaskManagers() {
    flink.stopTaskManagers();
    flink.startTaskManager();
    flink.startTaskManager();
  }

  private static String what(Events events) {
    return String.format(
        Locale.ROOT,
        "%,d orders and %,d payments went through a job with windows, a join and timers, from Kafka"
            + " to Kafka exactly once, on a cluster of a job manager and two task managers. On"
            + " either backend a task manager was killed, the job was rescaled, and then it went on"
            + " with the other backend.",
        events.orders().size(),
        events.payments().size());
  }

  /** Ends all processes. */
  @Override
  public void close() {
    flink.close();
    kafka.close();
  }
}
