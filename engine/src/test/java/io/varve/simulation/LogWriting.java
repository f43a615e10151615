package io.varve.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.LogWriter;
import io.varve.base.VarveException;
import io.varve.compact.CompactionMetrics;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.LogModel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * How one process writes one log. Beside what the {@link LogModel} says it checks: a writer that
 * was taken over is told of nothing durable that its successor did not find.
 */
final class LogWriting {

  /** Of three or four segments. */
  private static final int MANY = 15;

  private static final long NEVER = Long.MAX_VALUE;

  private final World world;
  private final Host host;
  private final StreamPartition log;
  private final List<CompletableFuture<Long>> asked = new ArrayList<>();
  private LogWriter writer;
  private long fencedAt = NEVER;

  LogWriting(World world, Host host, StreamPartition log) {
    this.world = world;
    this.host = host;
    this.log = log;
  }

  Host host() {
    return host;
  }

  boolean isOpen() {
    return writer != null;
  }

  private LogModel model() {
    return world.model.log(log);
  }

  void openIfClosed() {
    if (writer == null) {
      open();
    }
  }

  void open() {
    writer = null;
    try {
      writer = host.store().openWriter(log, world.setup.log(log), "test");
    } catch (VarveException e) {
      host.checkExpected(e, log, false);
      return;
    }
    long next = writer.nextOffset();
    if (!host.owns(log)) {
      fencedAt = next;
      return;
    }
    world.takenOver(log, next);
    fencedAt = NEVER;
    model().takeOver(next);
  }

  /** Another writer has taken over and goes on at {@code next}. */
  void fence(long next) {
    fencedAt = Math.min(fencedAt, next);
  }

  void append(int gap) {
    append(gap, 300 + world.random.nextInt(900));
  }

  void appendBehindGap() {
    append(1 + world.random.nextInt(5), 300 + world.random.nextInt(900));
  }

  void appendLarge() {
    append(0, 5000 + world.random.nextInt(5000));
  }

  private void append(int gap, int bytes) {
    attempt(
        () -> {
          Event event =
              Event.of(
                  writer.nextOffset() + gap,
                  world.clock.wallMs() - world.random.nextInt(5),
                  key(),
                  value(bytes));
          while (!writer.tryAppend(event)) {
            assertThat(host.workOnce()).as("a full writer has work to do").isTrue();
          }
          if (fencedAt == NEVER) {
            model().append(event);
          }
        });
  }

  /** In a log that is compacted, one of a few keys or none. */
  private byte[] key() {
    if (!world.isCompacted(log)) {
      return world.random.nextBoolean() ? null : bytes(8);
    }
    int key = world.random.nextInt(world.setup.keys() + 1);
    return key == 0 ? null : ("key " + key).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] value(int length) {
    return world.isCompacted(log) && world.random.nextInt(4) == 0 ? null : bytes(length);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    world.random.nextBytes(bytes);
    return bytes;
  }

  void appendMany() {
    for (int i = 0; i < MANY; i++) {
      append(0);
    }
  }

  void skip() {
    attempt(() -> writer.skipTo(writer.nextOffset() + 1 + world.random.nextInt(5)));
  }

  void askForCommit() {
    attempt(() -> asked.add(writer.commit()));
  }

  void commit() {
    askForCommit();
    host.workAll();
  }

  /** Returns whether that was acknowledged. */
  boolean appendAndCommit() {
    long before = model().acknowledged();
    append(0);
    commit();
    return model().acknowledged() > before;
  }

  /** Takes note of what was answered. Not in a callback, whose failure would be lost. */
  void checkAnswers() {
    for (CompletableFuture<Long> answer : List.copyOf(asked)) {
      if (answer.isDone()) {
        asked.remove(answer);
        try {
          acknowledge(answer.join());
        } catch (CompletionException e) {
          host.checkExpected(e.getCause(), log, writer == null);
        }
      }
    }
  }

  private void acknowledge(long next) {
    assertThat(next)
        .as("acknowledged to a writer that was taken over")
        .isLessThanOrEqualTo(fencedAt);
    model().acknowledge(next);
  }

  void close() {
    LogWriter closing = writer;
    attempt(
        () -> {
          boolean ended = closing.failure() != null;
          closing.close(Duration.ZERO);
          host.workAll();
          if (!ended && closing.failure() == null) {
            assertThat(closing.durableOffset()).isEqualTo(closing.nextOffset());
            acknowledge(closing.durableOffset());
          } else if (closing.failure() != null) {
            host.checkExpected(closing.failure(), log, true);
          }
        });
    writer = null;
  }

  void abandon() {
    attempt(() -> writer.abandon());
    writer = null;
    host.workAll();
    host.checkAlive();
  }

  void reopen() {
    close();
    open();
  }

  private void attempt(Runnable some) {
    if (writer == null) {
      return;
    }
    try {
      some.run();
    } catch (VarveException e) {
      host.checkExpected(e, log, false);
    }
    host.checkAlive();
  }

  CompactionMetrics compaction() {
    return writer.metrics().compaction();
  }

  VarveException failure() {
    return writer.failure();
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
}
