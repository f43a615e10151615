package io.varve.connect.sink;

import io.varve.base.FencedException;
import io.varve.base.StoreFailedException;
import io.varve.connect.sink.LogOpener.Opened;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The way of one partition's log to being open: in the background, again some time after a failure.
 *
 * <p>Thread: confined to the task's.
 */
final class Opening {

  private final TopicPartition source;
  private final String stream;
  private final Archive archive;
  private final Outage outage;
  private @Nullable CompletableFuture<Opened> underWay;

  Opening(TopicPartition source, String stream, Archive archive, Outage outage) {
    this.source = source;
    this.stream = stream;
    this.archive = archive;
    this.outage = outage;
  }

  /**
   * Begins, unless that was done or has to wait.
   *
   * @param generation 0 for the stream's newest
   */
  void start(int generation) {
    if (underWay == null && outage.isOver(archive.clock().nanos())) {
      underWay = archive.opener().open(source.topic(), stream, generation, source.partition());
    }
  }

  /**
   * The log, or null if it is not open by then.
   *
   * @param waitNanos how long to wait at most; 0 or less only looks
   * @throws ConnectException if it can't be opened for a reason that does not pass by itself
   */
  @Nullable Opened await(long waitNanos) {
    if (underWay == null) {
      return null;
    }
    try {
      Opened opened = underWay.get(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
      underWay = null;
      return opened;
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException e) {
      underWay = null;
      Throwable cause = e.getCause();
      if (cause instanceof StoreFailedException failure) {
        outage.failedToOpen(source, failure, archive.clock().nanos());
        return null;
      }
      if (cause instanceof FencedException fenced) {
        outage.takenOver(source, fenced, archive.clock().nanos());
        return null;
      }
      throw new ConnectException(
          "Can't archive " + source + ": " + (cause == null ? e : cause).getMessage(), cause);
    }
  }

  /** Nobody waits for it any more. */
  void cancel() {
    if (underWay != null) {
      var unused = underWay.thenAccept(late -> late.log().abandon());
      underWay = null;
    }
  }
}
