package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.FencedException;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Manifest;
import io.varve.format.Owner;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import io.varve.testkit.ProcessDied;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One log on a {@link CrashDisk}, written by scripts, and a model of what must be true of it:
 *
 * <ol>
 *   <li>the log is the newest owner's timeline up to some offset: what it found when it took over,
 *       and behind that what it appended, without a hole and with the bytes that were given;
 *   <li>that offset is at least as high as any that was acknowledged or shown to a reader;
 *   <li>a writer that was taken over is told of nothing durable that its successor did not find.
 * </ol>
 *
 * <p>A script is a row of letters, see {@link #step}.
 */
final class LogRun {

  static final StreamPartition LOG = new StreamPartition("run", 1, 0);

  /** Segments of about five events, a batch for nearly each. */
  static final LogSettings TINY =
      LogSettings.defaults().withSegmentBytes(4096).withBatchBytes(1024);

  final CrashDisk disk;
  final ManualClock clock = new ManualClock();
  private final long seed;
  private final LogSettings settings;
  private final Random random;
  private final List<Host> hosts = new ArrayList<>();

  private List<Event> timeline = new ArrayList<>();
  private long acknowledged;
  private boolean faulty;
  private Host current;

  LogRun(CrashDisk disk, LogSettings settings, long seed) {
    this.disk = disk;
    this.settings = settings;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** The same log on another disk, which a crash left. */
  LogRun on(CrashDisk survivor) {
    LogRun run = new LogRun(survivor, settings, seed + 1);
    run.timeline = new ArrayList<>(timeline);
    run.acknowledged = acknowledged;
    run.clock.advanceMs(clock.wallMs() - run.clock.wallMs());
    return run;
  }

  /** From now on calls may fail. */
  void expectFaults() {
    faulty = true;
  }

  /** A process in which nothing is open. */
  Host host() {
    Host host = new Host();
    hosts.add(host);
    return host;
  }

  /** The process that opened the log last. */
  Host current() {
    return current;
  }

  /** Opens the log for writing in a first process, then runs {@code script}, up to a crash. */
  void run(String script) {
    dying(
        () -> {
          if (current == null) {
            takeOverBy(host());
          }
          runOn(current, script);
        });
  }

  /** Does something that the death of a process may end. */
  void dying(Runnable some) {
    try {
      some.run();
    } catch (ProcessDied e) {
      assertThat(disk.isOff() || hosts.stream().anyMatch(host -> host.process.isDead())).isTrue();
    }
  }

  /** Runs a script that begins with {@code first}, whether or not it owns the log. */
  void runOn(Host first, String script) {
    Host host = first;
    for (char step : script.toCharArray()) {
      host = step(host, step);
    }
  }

  /** One letter of a script. Returns who goes on. */
  private Host step(Host host, char step) {
    switch (step) {
      case 'a' -> host.append(0);
      case 'g' -> host.append(1 + random.nextInt(5)); // behind a gap
      case 's' -> host.skip(1 + random.nextInt(5));
      case 'b' -> host.appendLarge();
      case 'c' -> host.commit();
      case 'q' -> host.askForCommit(); // done by a later step
      case 'w' -> host.workOnce();
      case 'm' -> host.maintain();
      case 'x' -> host.closeWriter();
      case 'v' -> host.abandonWriter();
      case 'R' -> host.reopen();
      case 'o' -> host.openWriter();
      case 'r' -> host.read();
      case 'T' -> takeOverBy(host());
      case 'K' -> {
        host.process.kill();
        takeOverBy(host());
      }
      case 'z' -> zombie().ifPresent(Host::appendAndCommit);
      case 'Z' -> zombie().ifPresent(Host::closeWriter);
      case 'M' -> zombie().ifPresent(Host::maintain);
      default -> throw new IllegalArgumentException("No step " + step);
    }
    return step == 'T' || step == 'K' ? current : host;
  }

  /** {@code next} opens the log for writing; the owner before goes on, a zombie. */
  void takeOverBy(Host next) {
    current = next;
    if (!next.isOpen()) {
      next.openStore();
    }
    next.openWriter();
  }

  /** Who owns the log, by the newest manifest on the disk. */
  private Owner.Instance owner() {
    String newest =
        disk.files().stream()
            .filter(file -> file.endsWith(".manifest"))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return Manifest.decode(ByteBuffer.wrap(disk.bytes(newest)), newest).owner().instance();
  }

  private Optional<Host> zombie() {
    return hosts.stream()
        .filter(host -> host != current && !host.process.isDead() && host.writer != null)
        .findFirst();
  }

  /** Lets a fresh process look at the log, and then recover, check, and go on with it. */
  void checkRecovery() {
    if (disk.process().root().contains("STORE")) {
      Host onlooker = host();
      onlooker.openReadOnly();
      if (onlooker.store.contains(LOG)) {
        onlooker.checkAllRead(false);
      }
      onlooker.store.close();
      onlooker.checkNothingOpen();
    } else {
      assertThat(acknowledged).as("acknowledged in a store without a marker").isZero();
    }
    Host next = host();
    takeOverBy(next);
    next.checkAllRead(true);
    run("agcr");
    next.checkAllRead(true);
    next.closeWriter();
    next.openWriter();
    next.checkAllRead(true);
    next.closeReader();
    next.maintain();
    next.checkNoLitter();
    next.closeAll();
  }

  private void sawDurable(long nextOffset) {
    acknowledged = Math.max(acknowledged, nextOffset);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A process with the store open. */
  final class Host {

    final CrashProcess process = disk.process();
    private Owner.Instance instance = process.instance(random);
    final ManualWork work = new ManualWork(seed);
    private Store store;
    private LogWriter writer;
    private LogReader reader;
    private final List<CompletableFuture<Long>> asked = new ArrayList<>();
    private long lastRead = -1;
    private long fencedAt = Long.MAX_VALUE;

    boolean isOpen() {
      return store != null;
    }

    boolean seesLog() {
      return store.contains(LOG);
    }

    void openStore() {
      instance = process.instance(random);
      store = Store.open(process.root(), StoreSettings.defaults(), clock, work, instance);
    }

    void openReadOnly() {
      instance = process.instance(random);
      store = Store.openReadOnly(process.root(), clock, work, instance);
    }

    void openWriter() {
      writer = null;
      try {
        writer = store.openWriter(LOG, settings, "test");
      } catch (VarveException e) {
        checkExpected(e);
        return;
      }
      long next = writer.nextOffset();
      if (!isOwner()) {
        fencedAt = next;
        return;
      }
      assertThat(next)
          .as("the offset at which a new owner goes on")
          .isGreaterThanOrEqualTo(acknowledged);
      hosts.forEach(host -> host.fencedAt = Math.min(host.fencedAt, next));
      fencedAt = Long.MAX_VALUE;
      timeline = new ArrayList<>(timeline.stream().filter(e -> e.offset() < next).toList());
      sawDurable(next);
    }

    /** Whether the newest manifest is this one's. */
    boolean isOwner() {
      return owner().equals(instance);
    }

    private boolean isNewest() {
      return fencedAt == Long.MAX_VALUE;
    }

    void append(int gap) {
      appendEvent(gap, 300 + random.nextInt(900));
    }

    void appendLarge() {
      appendEvent(0, 5000 + random.nextInt(5000));
    }

    private void appendEvent(int gap, int bytes) {
      attempt(
          () -> {
            Event event =
                Event.of(
                    writer.nextOffset() + gap,
                    clock.wallMs() - random.nextInt(5),
                    random.nextBoolean() ? null : bytes(8),
                    bytes(bytes));
            while (!writer.tryAppend(event)) {
              assertThat(workOnce()).as("a full writer has work to do").isTrue();
            }
            if (isNewest()) {
              timeline.add(event);
            }
          });
    }

    void skip(int offsets) {
      attempt(() -> writer.skipTo(writer.nextOffset() + offsets));
    }

    void askForCommit() {
      attempt(() -> asked.add(writer.commit()));
    }

    boolean workOnce() {
      boolean worked = work.runOne();
      checkAnswers();
      return worked;
    }

    private void workAll() {
      work.runAll();
      checkAnswers();
    }

    /** Takes note of what was answered. Not in a callback, whose failure would be lost. */
    private void checkAnswers() {
      for (CompletableFuture<Long> answer : List.copyOf(asked)) {
        if (answer.isDone()) {
          asked.remove(answer);
          try {
            acknowledge(answer.join());
          } catch (CompletionException e) {
            checkExpected(e.getCause());
          }
        }
      }
    }

    private void acknowledge(long next) {
      assertThat(next)
          .as("acknowledged to a writer that was taken over")
          .isLessThanOrEqualTo(fencedAt);
      sawDurable(next);
    }

    void commit() {
      askForCommit();
      workAll();
    }

    /** Returns whether that was acknowledged. */
    boolean appendAndCommit() {
      long before = acknowledged;
      append(0);
      commit();
      return acknowledged > before;
    }

    void maintain() {
      clock.advanceMs(1000);
      work.tick();
      workAll();
    }

    void closeWriter() {
      LogWriter closing = writer;
      attempt(
          () -> {
            boolean ended = closing.failure() != null;
            closing.close(Duration.ZERO);
            workAll();
            if (!ended && closing.failure() == null) {
              assertThat(closing.durableOffset()).isEqualTo(closing.nextOffset());
              acknowledge(closing.durableOffset());
            } else if (closing.failure() != null) {
              checkExpected(closing.failure());
            }
          });
      writer = null;
    }

    void abandonWriter() {
      attempt(() -> writer.abandon());
      writer = null;
      workAll();
      checkDied();
    }

    void reopen() {
      closeWriter();
      openWriter();
    }

    void read() {
      if (reader == null) {
        reader = store.openReader(LOG, ReadRange.all());
        lastRead = reader.stats().startOffset() - 1;
      }
      while (reader.next()) {
        Event event = reader.event().toEvent();
        long before = lastRead;
        assertThat(timeline.stream().filter(e -> e.offset() > before).findFirst())
            .as("the event after offset " + before)
            .contains(event);
        lastRead = event.offset();
        sawDurable(lastRead + 1);
      }
    }

    void closeReader() {
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }

    private void attempt(Runnable attempt) {
      if (writer == null) {
        return;
      }
      try {
        attempt.run();
      } catch (VarveException e) {
        checkExpected(e);
      }
      checkDied();
    }

    /** Work in the background that met the process's death ends what it does elsewhere too. */
    private void checkDied() {
      if (disk.isOff() || process.isDead()) {
        process.root().exists();
      }
    }

    private void checkExpected(Throwable failure) {
      if (disk.isOff() || process.isDead()) {
        return;
      }
      if (failure instanceof FencedException && !isOwner()) {
        return;
      }
      if (failure instanceof StoreClosedException && writer == null) {
        return;
      }
      if (failure instanceof StoreFailedException && faulty) {
        return;
      }
      throw new AssertionError("Unexpected", failure);
    }

    /**
     * Reads the whole log anew and compares it with the timeline.
     *
     * @param recovered whether a writer has recovered it, so that all that is acknowledged shows
     */
    void checkAllRead(boolean recovered) {
      LogStats stats = store.stats(LOG);
      List<Event> found = new ArrayList<>();
      try (LogReader all = store.openReader(LOG, ReadRange.all())) {
        while (all.next()) {
          found.add(all.event().toEvent());
        }
        assertThat(all.position()).isEqualTo(stats.nextOffset());
      }
      assertThat(found)
          .isEqualTo(
              timeline.stream()
                  .filter(e -> e.offset() >= stats.startOffset() && e.offset() < stats.nextOffset())
                  .toList());
      assertThat(stats.events()).isEqualTo(found.size());
      if (recovered) {
        assertThat(stats.nextOffset()).isGreaterThanOrEqualTo(acknowledged);
      }
      if (settings.retention().bytes() < 0 && settings.retention().ms() < 0) {
        assertThat(stats.startOffset())
            .isEqualTo(found.isEmpty() ? stats.nextOffset() : found.get(0).offset());
      }
    }

    /** After a failure every call meets that first one. */
    void checkStopped() {
      if (writer == null || writer.failure() == null) {
        return;
      }
      VarveException first = writer.failure();
      assertThatThrownBy(writer::commit).isSameAs(first);
      assertThatThrownBy(() -> writer.append(Event.of(writer.nextOffset(), 0, null, null)))
          .isSameAs(first);
      assertThatThrownBy(() -> writer.skipTo(writer.nextOffset() + 1)).isSameAs(first);
    }

    /** After a clean opening only files that are part of the log are left. */
    void checkNoLitter() {
      LogStats stats = store.stats(LOG);
      List<String> files = disk.files().stream().filter(f -> f.startsWith("streams/")).toList();
      assertThat(files.stream().filter(f -> f.endsWith(".log"))).hasSize(stats.segments());
      assertThat(files.stream().filter(f -> f.endsWith(".idx"))).hasSize(stats.segments());
      assertThat(files.stream().filter(f -> f.contains("/manifest/"))).hasSize(1);
      assertThat(files.stream().filter(f -> f.contains("/commit-"))).isEmpty();
    }

    void closeAll() {
      closeReader();
      closeWriter();
      store.close();
      checkNothingOpen();
    }

    void checkNothingOpen() {
      assertThat(process.openFiles()).as("files left open").isEmpty();
    }
  }
}
