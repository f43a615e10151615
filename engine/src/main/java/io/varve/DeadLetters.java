package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.FirstFailure;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.subscribe.HeldEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Appends events that are given up to their stream of dead letters, and tells when they are durable
 * there. Only then do cursors pass them. What a crash finds in the stream behind what the cursors
 * cover, {@link #since} tells the next opening, so that it isn't appended again.
 *
 * <p>Thread: confined to its strand, but for {@link #logOf} and {@link #since}.
 */
final class DeadLetters {

  /** Is told what is durable. */
  interface Listener {

    /**
     * These are durable; none if something has failed.
     *
     * @param upTo for each log of dead letters, behind the last of them
     */
    void dead(List<HeldEvent> events, Map<StreamPartition, Long> upTo);
  }

  private final Store store;
  private final String subscription;
  private final SubscriptionSettings settings;
  private final Executor strand;
  private final FirstFailure failure;
  private final Listener listener;

  private final AckCommits.Ownership ownership;
  private final Map<StreamPartition, LogWriter> writers = new HashMap<>();
  private final ArrayDeque<HeldEvent> waiting = new ArrayDeque<>();
  private List<HeldEvent> appended = new ArrayList<>();
  private Map<StreamPartition, Long> upTo = new HashMap<>();
  private boolean committing;
  private boolean closed;

  DeadLetters(
      Store store,
      String subscription,
      SubscriptionSettings settings,
      Executor strand,
      FirstFailure failure,
      AckCommits.Ownership ownership,
      Listener listener) {
    this.store = store;
    this.subscription = subscription;
    this.settings = settings;
    this.strand = strand;
    this.failure = failure;
    this.ownership = ownership;
    this.listener = listener;
  }

  /** Where the dead letters of a log go. */
  static StreamPartition logOf(
      StreamPartition log, String subscription, SubscriptionSettings settings) {
    String stream = settings.deadStream();
    if (stream.isEmpty()) {
      stream = log.stream() + "." + subscription + SubscriptionSettings.DEAD_SUFFIX;
      if (!StreamPartition.isStreamName(stream)) {
        throw new BadSettingException(
            "dead.stream", stream, "a name of at most 249 letters; set a shorter one");
      }
    }
    if (stream.equals(log.stream())) {
      throw new BadSettingException(
          "dead.stream", stream, "another stream than the one that is subscribed to");
    }
    return new StreamPartition(stream, log.generation(), log.partition());
  }

  /** The offsets of a log's events that are dead letters from an offset on. */
  static Set<Long> since(
      Store store, StreamPartition deadLog, long from, String subscription, StreamPartition log) {
    Set<Long> offsets = new HashSet<>();
    long end = store.stats(deadLog).nextOffset();
    if (from < end) {
      try (LogReader reader = store.openReader(deadLog, ReadRange.offsets(from, end))) {
        while (reader.next()) {
          DeadLetter letter = DeadLetter.of(reader.event());
          if (letter != null
              && letter.subscription().equals(subscription)
              && letter.log().equals(log)) {
            offsets.add(letter.offset());
          }
        }
      }
    }
    return offsets;
  }

  /**
   * Opens the log of dead letters of each of these logs, if there is one: from here on nobody else
   * appends to it, such as one that had the subscription before and doesn't know that it hasn't.
   * Before it is used.
   */
  void takeOver(Collection<StreamPartition> logs) {
    for (StreamPartition log : logs) {
      StreamPartition deadLog = logOf(log, subscription, settings);
      if (store.contains(deadLog)) {
        open(deadLog);
      }
    }
  }

  private LogWriter open(StreamPartition deadLog) {
    LogWriter open = writers.get(deadLog);
    if (open == null) {
      open = store.openWriter(deadLog, settings.dead(), "subscription " + subscription);
      writers.put(deadLog, open);
    }
    return open;
  }

  /**
   * Opens a log that may not have been there when the subscription was opened. Whoever takes that
   * over finds the log, or is found out here.
   */
  private LogWriter openLate(StreamPartition deadLog) throws IOException {
    LogWriter open = writers.get(deadLog);
    if (open == null) {
      // Before it as well, lest one that was taken over takes the log from whom it belongs to.
      ownership.check();
      open = open(deadLog);
      ownership.check();
    }
    return open;
  }

  /** Takes events to be appended. */
  void bury(List<HeldEvent> events) {
    waiting.addAll(events);
    step();
  }

  /** Goes on with what waits, if it can. */
  void step() {
    if (committing || closed || waiting.isEmpty() || failure.get() != null) {
      return;
    }
    try {
      failure.attempt(doing(), this::append);
    } catch (VarveException e) {
      listener.dead(List.of(), Map.of());
    }
  }

  private String doing() {
    return "Writing dead letters of subscription '" + subscription + "'";
  }

  private void append() throws IOException {
    Set<LogWriter> used = new HashSet<>();
    for (HeldEvent event; (event = waiting.peek()) != null; ) {
      StreamPartition deadLog = logOf(event.log(), subscription, settings);
      LogWriter writer = openLate(deadLog);
      long offset = writer.nextOffset();
      String reason = event.reason();
      DeadLetter letter =
          new DeadLetter(
              subscription,
              event.log(),
              event.event().offset(),
              event.tries(),
              reason == null ? "" : reason);
      if (!writer.tryAppend(letter.letter(event.event(), offset))) {
        break;
      }
      waiting.remove();
      appended.add(event);
      upTo.put(deadLog, offset + 1);
      used.add(writer);
    }
    if (appended.isEmpty()) {
      // So much waits to be written elsewhere. The next tick comes here again.
      return;
    }
    committing = true;
    CompletableFuture<?> unused =
        CompletableFuture.allOf(
                used.stream().map(LogWriter::commit).toArray(CompletableFuture<?>[]::new))
            .whenComplete((done, e) -> onStrand(e));
  }

  private void onStrand(@Nullable Throwable e) {
    try {
      strand.execute(() -> committed(e));
    } catch (RejectedExecutionException closing) {
      // The store is closed: the next opening finds them.
    }
  }

  private void committed(@Nullable Throwable e) {
    committing = false;
    List<HeldEvent> events = appended;
    Map<StreamPartition, Long> ends = upTo;
    appended = new ArrayList<>();
    upTo = new HashMap<>();
    if (e != null) {
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      failure.set(
          cause instanceof VarveException known
              ? known
              : new StoreFailedException(doing() + " failed", cause));
      listener.dead(List.of(), Map.of());
      return;
    }
    listener.dead(events, ends);
    step();
  }

  /** Lets go of the logs; what isn't durable by now may be later, or is given up. */
  void close() {
    closed = true;
    for (LogWriter writer : writers.values()) {
      boolean unused = writer.close(Duration.ZERO);
    }
    writers.clear();
  }
}
