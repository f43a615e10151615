package io.varve;

import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.subscribe.HeldEvent;
import java.time.Duration;

/**
 * An event that a consumer has been given, until it acknowledges it or says that it can't. Whoever
 * does neither within {@code ack.timeout.ms} has the event delivered again, to whichever consumer
 * asks next.
 *
 * <p>Thread: safe.
 */
public final class Delivery {

  private final Subscription subscription;
  private final HeldEvent held;
  private final long token;
  private final int number;

  /** With the subscription's lock held. */
  Delivery(Subscription subscription, HeldEvent held) {
    this.subscription = subscription;
    this.held = held;
    this.token = held.token();
    this.number = held.tries() + 1;
  }

  public Event event() {
    return held.event();
  }

  /** Where the event is from. */
  public StreamPartition log() {
    return held.log();
  }

  /**
   * Which try this is, from 1. What isn't known to have failed is no try: a process that ended, a
   * consumer that was closed.
   */
  public int number() {
    return number;
  }

  /**
   * The event is done with. That is durable with the next {@link Subscription#commit}.
   *
   * @return false if it has been delivered again meanwhile, or given up, so that this comes too
   *     late
   * @throws io.varve.base.VarveException what ended the subscription
   */
  public boolean ack() {
    return subscription.acknowledge(held, token);
  }

  /** The event is to be tried again, after as long as the settings' back-off says. */
  public boolean nack() {
    return subscription.refuse(held, token, null, "refused");
  }

  /**
   * The same.
   *
   * @param reason why, for the dead letter that may become of it
   * @return false if this comes too late
   */
  public boolean nack(String reason) {
    return subscription.refuse(held, token, null, reason);
  }

  /** The event is to be tried again after {@code delay}, which counts as a failed try. */
  public boolean nack(Duration delay, String reason) {
    return subscription.refuse(held, token, delay, reason);
  }

  /**
   * Takes more time: the event is delivered again if it isn't acknowledged within {@code time} from
   * now.
   *
   * @return false if this comes too late
   */
  public boolean extend(Duration time) {
    return subscription.extend(held, token, time);
  }

  @Override
  public String toString() {
    return "Delivery[" + log() + ", offset " + event().offset() + ", try " + number + "]";
  }
}
