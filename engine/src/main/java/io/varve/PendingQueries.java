package io.varve;

import io.varve.base.StoreClosedException;
import io.varve.delay.PendingTimers;
import io.varve.delay.Place;
import io.varve.delay.Timer;
import io.varve.delay.TimerList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What others ask about pending timers, answered in the scheduler's thread between its steps, one
 * piece at a time: a page, or some of what is to be counted.
 *
 * <p>Thread: any may ask; all else is the scheduler's.
 */
final class PendingQueries {

  /** So many are counted at a time, which takes some ten milliseconds. */
  private static final int COUNTED_MAX = 1 << 18;

  private final PendingTimers timers;
  private final Intake intake;
  private final Queue<Query<?>> asked = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  PendingQueries(PendingTimers timers, Intake intake) {
    this.timers = timers;
    this.intake = intake;
  }

  /** Something that is asked. */
  private static final class Query<T> {

    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Piece<T> piece;

    private Query(Piece<T> piece) {
      this.piece = piece;
    }

    /** Returns whether it is answered. */
    private boolean advance() {
      if (answer.isDone()) {
        // Whoever asked does not want to know any more.
        return true;
      }
      try {
        T found = piece.find();
        return found != null && answer.complete(found);
      } catch (IOException | RuntimeException e) {
        // If what has to be released can't be read either, the scheduler will find out.
        return answer.completeExceptionally(e);
      }
    }
  }

  /** Finds an answer, or some of it. */
  private interface Piece<T> {

    /** Returns the answer; null if there is more to do. */
    @Nullable T find() throws IOException;
  }

  CompletableFuture<PendingPage> page(PendingRange range) {
    return ask(() -> page(timers.list(), range));
  }

  CompletableFuture<List<Timer>> find(byte[] id) {
    return ask(() -> intake.find(id));
  }

  CompletableFuture<Long> estimate(long fromMs, long untilMs) {
    return ask(() -> timers.list().estimate(new Place(fromMs, 0), new Place(untilMs, 0)));
  }

  CompletableFuture<Long> count(long fromMs, long untilMs) {
    return ask(
        new Piece<>() {
          private Place from = new Place(fromMs, 0);
          private long count;

          @Override
          public @Nullable Long find() throws IOException {
            TimerList.Count some = timers.list().count(from, new Place(untilMs, 0), COUNTED_MAX);
            count += some.count();
            from = some.next() == null ? from : some.next();
            return some.next() == null ? count : null;
          }
        });
  }

  static PendingPage page(TimerList list, PendingRange range) throws IOException {
    List<Timer> found = new ArrayList<>();
    Place next =
        list.show(
            new Place(range.fromMs(), range.fromOffset()),
            new Place(range.untilMs(), 0),
            range.limit(),
            found::add);
    return new PendingPage(found, next == null ? null : range.from(next.key(), next.offset()));
  }

  private <T> CompletableFuture<T> ask(Piece<T> piece) {
    Query<T> query = new Query<>(piece);
    asked.add(query);
    if (closed) {
      close();
    }
    return query.answer;
  }

  /** Answers some of what was asked; returns whether there was anything. */
  boolean answer() {
    Query<?> first = asked.poll();
    if (first == null) {
      return false;
    }
    if (!first.advance()) {
      // Others needn't wait until all is counted.
      asked.add(first);
    }
    return true;
  }

  /** Answers nothing any more. */
  void close() {
    closed = true;
    for (Query<?> left = asked.poll(); left != null; left = asked.poll()) {
      left.answer.completeExceptionally(new StoreClosedException("the scheduler"));
    }
  }
}
