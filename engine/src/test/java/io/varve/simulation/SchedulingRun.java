package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Scheduler;
import io.varve.SchedulerSettings;
import io.varve.Store;
import io.varve.TestStores;
import io.varve.base.Clock;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.delay.TimerMemory;
import io.varve.event.Encoding;
import io.varve.event.Event;
import io.varve.event.EventView;
import io.varve.event.Headers;
import io.varve.event.Reserved;
import io.varve.event.StreamPartition;
import io.varve.event.TimestampType;
import io.varve.format.Release;
import io.varve.io.Directory;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler that lives through a random script: delayed events of all kinds, a clock that jumps,
 * processes that die at any call, power cuts, another that takes over. In the end every event has
 * been released once, none early, but for those that were cancelled in time.
 */
final class SchedulingRun {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final String TIMERS = "streams/orders.ready/g1/p0/timers";
  private static final StreamPartition READY = new StreamPartition("orders.ready", 1, 0);
  private static final int STEPS = 120;
  private static final int[] PERIODS_S = {2, 5, 20};

  /** So little that wheels overflow, and runs are written and merged, within a few dozen events. */
  private static final TimerMemory LITTLE = new TimerMemory(12, 9, 1024, 4, 3, 7);

  /** So little that no two events are read ahead together, and none is kept. */
  private static final TimerMemory LEAST = new TimerMemory(12, 9, 1024, 4, 9, 1, 7);

  private final long seed;
  private final Random random;
  private final JumpyClock clock;

  private CrashDisk disk = new CrashDisk();
  private CrashProcess process = disk.process();
  private @Nullable ManualWork work;
  private @Nullable Store store;
  private @Nullable LogWriter writer;
  private @Nullable Scheduler scheduler;
  private long crashes;
  private long pendingAtEnd;

  SchedulingRun(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.clock = new JumpyClock(random.nextLong());
  }

  /** Time that passes and jumps, also while something is done: between two looks at it. */
  private static final class JumpyClock implements Clock {

    private final Random random;
    private long wallMs = 1_000_000;
    private long nanos = 1;
    private boolean restless;

    private JumpyClock(long seed) {
      this.random = new Random(seed);
    }

    @Override
    public long wallMs() {
      if (restless && random.nextInt(10) == 0) {
        wallMs += random.nextInt(200) - 100;
      }
      return wallMs;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    private void pass(long ms) {
      wallMs += ms;
      nanos += ms * 1_000_000;
    }
  }

  /** Returns how many crashes it lived through. */
  long run() {
    try {
      clock.restless = seed % 2 == 0;
      for (int i = 0; i < STEPS; i++) {
        survive(this::step);
      }
      clock.restless = false;
      survive(this::comeToAnEnd);
      check();
      return crashes;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
    }
  }

  /** Does something; if the process dies of it, or something fails, all is opened anew. */
  private void survive(Runnable step) {
    boolean done = false;
    while (!done) {
      try {
        if (store == null) {
          open();
        }
        step.run();
        done = true;
      } catch (ProcessDied e) {
        die();
      } catch (VarveException e) {
        if (!process.hasFailed() && !process.isDead() && !disk.isOff()) {
          throw e;
        }
        die();
      }
    }
  }

  private void die() {
    crashes++;
    process.kill();
    if (random.nextBoolean()) {
      disk = disk.crash(random.nextInt(4));
    }
    process = disk.process();
    store = null;
    writer = null;
    scheduler = null;
  }

  private void open() {
    if (random.nextInt(3) > 0) {
      process.killAt(random.nextInt(600));
    } else if (random.nextInt(3) == 0) {
      process.failAt(random.nextInt(300), CrashProcess.Fault.IO_ERROR);
    }
    if (random.nextInt(8) == 0) {
      loseFile();
    }
    ManualWork newWork = new ManualWork(random.nextLong());
    work = newWork;
    Store opened = TestStores.open(process.root(), clock, newWork, process.instance(random));
    writer = opened.openWriter(LOG, LogSettings.defaults(), "producer");
    scheduler = opened.openScheduler(LOG, settings(), "scheduler");
    store = opened;
  }

  /** Takes one of the timers' files away. */
  private void loseFile() {
    Directory files = disk.process().root().folder(TIMERS);
    try {
      List<String> names = files.exists() ? files.list() : List.of();
      if (!names.isEmpty()) {
        files.delete(names.get(random.nextInt(names.size())));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SchedulerSettings settings() {
    return SchedulerSettings.of(LOG.stream())
        .withMemory(random.nextInt(3) == 0 ? LEAST : LITTLE)
        .withReady(LogSettings.defaults().withSegmentBytes(4096));
  }

  private void step() {
    LogWriter to = java.util.Objects.requireNonNull(writer);
    Scheduler runs = java.util.Objects.requireNonNull(scheduler);
    ManualWork background = java.util.Objects.requireNonNull(work);
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        for (int i = random.nextInt(12); i >= 0; i--) {
          to.append(event(to.nextOffset()));
        }
      }
      case 2 -> to.commit();
      case 3, 4 -> clock.pass(random.nextInt(40));
      case 5, 6, 7 -> runs.step();
      case 8 -> {
        for (int i = random.nextInt(12); i >= 0; i--) {
          background.runOne();
        }
      }
      default -> rarely(background);
    }
  }

  private void rarely(ManualWork background) {
    switch (random.nextInt(8)) {
      case 0 -> clock.wallMs -= random.nextInt(2000);
      case 1 -> clock.wallMs += random.nextInt(2000);
      case 2 -> clock.pass(61_000);
      case 3 -> background.runAll();
      case 4 -> process.killAt(process.calls());
      case 5 -> {
        // Another takes over; the one before finds out, and may go on until it does.
        Scheduler before = java.util.Objects.requireNonNull(scheduler);
        Store in = java.util.Objects.requireNonNull(store);
        scheduler = in.openScheduler(LOG, settings(), "scheduler");
        try {
          before.step();
          background.runAll();
          before.step();
        } catch (io.varve.base.FencedException e) {
          // It had something to commit.
        }
        before.abandon();
      }
      default -> background.tick();
    }
  }

  private Event event(long offset) {
    int kind = random.nextInt(12);
    long due = Event.NOT_DELAYED;
    byte[] value = ("event " + offset + " " + random.nextInt()).getBytes(StandardCharsets.UTF_8);
    Headers headers = Headers.EMPTY;
    if (kind < 6) {
      due = clock.wallMs() + random.nextInt(400) - 50;
    } else if (kind < 7) {
      due = clock.wallMs() + random.nextInt(100_000);
    } else if (kind < 10) {
      due = clock.wallMs() + random.nextInt(300) - 20;
      headers = id(random.nextInt(5));
    } else if (kind < 11) {
      headers = id(random.nextInt(5));
      value = null;
    }
    if (due != Event.NOT_DELAYED && random.nextInt(6) == 0) {
      headers = repeating(headers);
    }
    return new Event(
        offset,
        clock.wallMs(),
        TimestampType.CREATE,
        Encoding.BYTES,
        ("key " + offset).getBytes(StandardCharsets.UTF_8),
        Encoding.BYTES,
        value,
        headers,
        null,
        due);
  }

  /** Every so many seconds for ever or for two minutes; or what can't be understood. */
  private Headers repeating(Headers others) {
    Headers.Builder headers = Headers.builder();
    others.asList().forEach(h -> headers.add(h.name(), h.encoding(), h.value()));
    int seconds = PERIODS_S[random.nextInt(PERIODS_S.length)];
    String cron =
        switch (random.nextInt(4)) {
          case 0 -> "*/" + seconds + " 17-18 0 1 1 ? 1970";
          case 1 -> "61 * * * *";
          default -> "*/" + seconds + " * * * * ?";
        };
    return headers.add(Reserved.SCHEDULE_CRON, cron.getBytes(StandardCharsets.UTF_8)).build();
  }

  private static Headers id(int number) {
    return Headers.builder()
        .add(Reserved.SCHEDULE_ID, ("id " + number).getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** Lets all that is pending become due. */
  private void comeToAnEnd() {
    LogWriter to = java.util.Objects.requireNonNull(writer);
    Scheduler runs = java.util.Objects.requireNonNull(scheduler);
    ManualWork background = java.util.Objects.requireNonNull(work);
    to.commit();
    background.runAll();
    clock.pass(200_000);
    boolean busy = true;
    for (int idle = 0; idle < 3; idle = busy ? 0 : idle + 1) {
      busy = runs.step();
      background.runAll();
    }
    pendingAtEnd = runs.metrics().pending();
    assertThat(runs.metrics().missing()).isZero();
    assertThat(runs.metrics().nextOffset()).isEqualTo(to.durableOffset());
  }

  private void check() {
    List<Event> sent = read(LOG);
    SchedulingModel model = new SchedulingModel(sent);
    for (Event event : read(READY)) {
      model.released(event, release(event));
    }
    assertThat(model.ended(clock.wallMs())).as("pending in the end").isEqualTo(pendingAtEnd);
  }

  private static Release release(EventView event) {
    Headers headers = event.headers();
    int last = headers.count() - 1;
    assertThat(headers.name(last)).isEqualTo(Release.HEADER);
    byte[] value = headers.value(last);
    assertThat(value).isNotNull();
    return Release.decode(value, READY.toString(), event.offset());
  }

  private List<Event> read(StreamPartition log) {
    List<Event> events = new ArrayList<>();
    Store reading =
        TestStores.openReadOnly(
            disk.process().root(), clock, new ManualWork(1), disk.process().instance(random));
    try (LogReader reader = reading.openReader(log, ReadRange.all())) {
      while (reader.next()) {
        events.add(reader.event().toEvent());
      }
    }
    return events;
  }
}
