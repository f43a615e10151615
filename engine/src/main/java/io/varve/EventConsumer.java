package io.varve;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of those who share the events of a subscription. It has no thread: whoever asks it for events
 * reads and waits in its own.
 *
 * <p>Thread: safe; each usually has a thread of its own.
 */
public final class EventConsumer implements AutoCloseable {

  private final Subscription subscription;
  private boolean closed;

  EventConsumer(Subscription subscription) {
    this.subscription = subscription;
  }

  /**
   * The next event, waiting for one if it must.
   *
   * @return null if there is none within {@code wait}, or the thread was interrupted
   * @throws io.varve.base.VarveException what ended the subscription, or that it is closed
   */
  public @Nullable Delivery next(Duration wait) {
    List<Delivery> deliveries = subscription.take(this, 1, wait);
    return deliveries.isEmpty() ? null : deliveries.get(0);
  }

  /**
   * The next events, as many as there are just now, but at least one if there is one within {@code
   * wait}. Of the events of one key there is one at most, if the subscription is ordered.
   *
   * @param max at most so many, from 1
   */
  public List<Delivery> next(int max, Duration wait) {
    return subscription.take(this, max, wait);
  }

  /** With the subscription's lock held. */
  boolean isClosed() {
    return closed;
  }

  /** With the subscription's lock held. */
  void setClosed() {
    closed = true;
  }

  /** What it has and hasn't acknowledged goes to others at once, and that is no failed try. */
  @Override
  public void close() {
    subscription.leave(this);
  }
}
