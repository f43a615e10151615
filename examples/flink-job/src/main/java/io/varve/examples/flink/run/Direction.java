package io.varve.examples.flink.run;

import io.varve.cluster.ClusterException;
import io.varve.examples.flink.cluster.FlinkCluster;
import io.varve.examples.flink.cluster.FlinkProcess;
import io.varve.examples.flink.input.Comparison;
import io.varve.examples.flink.input.Events;
import io.varve.examples.flink.job.OrdersJob;
import io.varve.examples.flink.report.Backend;
import io.varve.examples.flink.report.Course;
import io.varve.examples.flink.report.Course.Outage;
import io.varve.examples.flink.report.Course.Sample;
import io.varve.examples.flink.report.Figures;
import io.varve.examples.run.Screen;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The job from the first event to the last, begun on one backend and ended on the other: {@link
 * #run} reads as the list of what happens to it.
 *
 * <p>Thread: confined to one.
 */
final class Direction {
  private static final int ALL_SLOTS = 4;
  private static final int FEWER = 3;
  private static final long STILL_SECONDS_MAX = 60;

  /** Those with keyed state. */
  private static final Set<String> STATEFUL = Set.of("windows", "join");

  /*
   * Events are fed in parts: however quick the job is, what is done to it comes in the middle. Each
   * time some come right before, so that they are under way meanwhile, and more when all tasks run
   * again: they tell how far they are once they have read something.
   */
  private static final double MOST = 0.6;

  /** What both directions share. */
  record Setup(
      Screen screen,
      FlinkCluster cluster,
      Topics topics,
      Submission submission,
      Path savepoints,
      Events events,
      Map<Backend, Figures> figures) {}

  private final Setup setup;
  private final Screen screen;
  private final FlinkCluster cluster;
  private final Topics topics;
  private final Events events;
  private final Backend first;
  private final Backend second;
  private final OrdersJob.Places places;
  private final Course course;
  private final double began;
  private Backend backend;
  private final Map<String, Long> positions = new HashMap<>();
  private String job = "";
  private double fedPart;
  private long fed;
  private long fedBefore;

  Direction(Setup setup, Backend first, Backend second) {
    this.setup = setup;
    this.screen = setup.screen();
    this.cluster = setup.cluster();
    this.topics = setup.topics();
    this.events = setup.events();
    this.first = first;
    this.second = second;
    this.backend = first;
    String name = "from-" + first.words.toLowerCase(Locale.ROOT);
    this.places =
        new OrdersJob.Places(
            topics.bootstrap(), "orders-" + name, "payments-" + name, "results-" + name, name);
    this.course = new Course(first.words + " → " + second.words);
    this.began = screen.seconds();
  }

  Course course() {
    return course;
  }

  /** Runs the job through it all, and compares what came out. */
  Comparison run(List<String> expected) {
    for (String topic : List.of(places.orders(), places.payments(), places.results())) {
      topics.create(topic);
    }
    cluster.awaitSlots();
    feed(0.25);
    begin(first, ALL_SLOTS, null);
    screen.step("%s: the job runs, %d tasks side by side", first.words, ALL_SLOTS);

    runUntil(MOST);
    feed(0.3);
    killTaskManager();
    feed(0.5);

    runUntil(MOST);
    feed(0.55);
    rescale();
    feed(0.75);

    runUntil(MOST);
    feed(0.8);
    changeBackend();
    feed(1);

    runUntil(1);
    stop("CANONICAL", true);
    screen.step(
        "%s: all events read; drained, so that what waits in windows comes out", second.words);
    cluster.await("the last transactions", () -> topics.isAllCommitted(places.results()));
    return Comparison.of(expected, topics.read(places.results()));
  }

  private void killTaskManager() {
    double from = seconds();
    FlinkProcess victim = cluster.taskManagers().get(0);
    victim.kill();
    cluster.forget(victim);
    screen.step(
        "%s: %s to %s (pid %d), after %,d of %,d events; starting another",
        backend.words, screen.bad("SIGKILL"), victim.name(), victim.pid(), read(), events.count());
    current().memory(victim.memoryPeakBytes());
    cluster.startTaskManager();
    // Until the loss is noticed all tasks seem to run.
    cluster.await("the loss to be noticed", () -> !cluster.rest().isRunning(job));
    awaitRunning();
    long restoredMs = cluster.rest().initializingMs(job, STATEFUL);
    current().restoredAfterKill(restoredMs);
    course.add(new Outage(from, seconds(), "SIGKILL"));
    screen.step(
        "%s: runs again after %.1f s, of which state was read for %,d ms",
        backend.words, seconds() - from, restoredMs);
  }

  private void rescale() {
    double from = seconds();
    String savepoint = stop("NATIVE", false);
    double stopped = seconds();
    current().stoppedNative((stopped - from) * 1000);
    begin(first, FEWER, savepoint);
    long restoredMs = cluster.rest().initializingMs(job, STATEFUL);
    current().restoredRescaled(restoredMs);
    course.add(new Outage(from, seconds(), "%d → %d".formatted(ALL_SLOTS, FEWER)));
    screen.step(
        "%s: rescaled from %d to %d by a native savepoint (%.1f s), state read in %,d ms",
        backend.words, ALL_SLOTS, FEWER, stopped - from, restoredMs);
  }

  private void changeBackend() {
    double from = seconds();
    String savepoint = stop("CANONICAL", false);
    double stopped = seconds();
    current().stoppedCanonical((stopped - from) * 1000);
    // New processes, so that their memory is the next backend's alone.
    cluster.stopTaskManagers();
    cluster.startTaskManager();
    cluster.startTaskManager();
    cluster.awaitSlots();
    begin(second, ALL_SLOTS, savepoint);
    long restoredMs = cluster.rest().initializingMs(job, STATEFUL);
    current().restoredFromOther(restoredMs);
    course.add(new Outage(from, seconds(), "to " + second.words));
    screen.step(
        "%s → %s by a canonical savepoint (%.1f s), state read in %,d ms",
        first.words, second.words, stopped - from, restoredMs);
  }

  private void begin(Backend on, int parallelism, @Nullable String savepoint) {
    backend = on;
    job = setup.submission().submit(places, on, parallelism, savepoint);
    awaitRunning();
  }

  private void awaitRunning() {
    cluster.await("all tasks to run", () -> cluster.rest().isRunning(job));
  }

  /** Returns where the savepoint is. */
  private String stop(String format, boolean drain) {
    current().checkpoints(cluster.rest().checkpoints(job));
    String savepoint =
        cluster.rest().stop(job, setup.savepoints().toUri().toString(), format, drain);
    cluster.await("the job to end", () -> cluster.rest().isFinished(job));
    return savepoint;
  }

  /** Hands the job's topics the events up to this part of all. */
  private void feed(double part) {
    Events next = events.between(fedPart, part);
    topics.produce(next, places);
    fedPart = part;
    fedBefore = fed;
    fed += next.count();
  }

  /** Waits until the job has read most of what was last fed, or all of it. */
  private void runUntil(double partOfFed) {
    long goal = fedBefore + (long) ((fed - fedBefore) * partOfFed);
    double beganAt = seconds();
    long start = read();
    Pace pace = new Pace(start, beganAt);
    while (pace.events() < goal) {
      FlinkCluster.pause();
      cluster.checkProcesses();
      long now = read();
      double at = seconds();
      pace.see(now, at);
      course.add(new Sample(at, now, backend));
      cluster.taskManagers().forEach(one -> current().memory(one.memoryPeakBytes()));
      screen.progress("events read", now, events.count(), (now - start) / (at - beganAt));
      if (at - pace.changedAt() > STILL_SECONDS_MAX) {
        cluster.rest().isRunning(job);
        throw new ClusterException(
            "%s: no event was read for %d s, after %,d of %,d"
                .formatted(backend.words, STILL_SECONDS_MAX, now, fed));
      }
    }
    current().ran(pace.measuredEvents(), pace.measuredSeconds());
  }

  /** Events that the job has read; what it reads again after a kill is not counted again. */
  private long read() {
    cluster
        .rest()
        .readPositions(job)
        .forEach((place, count) -> positions.merge(place, count, Math::max));
    return positions.values().stream().mapToLong(Long::longValue).sum();
  }

  private Figures current() {
    return Objects.requireNonNull(setup.figures().get(backend));
  }

  private double seconds() {
    return screen.seconds() - began;
  }
}
