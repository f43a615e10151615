/**
 * What a named subscription knows of the events that it delivers: which are out with a consumer,
 * which wait for another try, and below which offset all are acknowledged. {@link
 * io.varve.subscribe.Deliveries} is the state machine, which does no I/O and asks no clock; {@link
 * io.varve.subscribe.SubscriptionFolder} says whose a subscription is; {@link
 * io.varve.subscribe.RocksState} keeps its state.
 *
 * <p>On disk it owns {@code subscriptions/} in a store's folder. What stands there can't be made
 * anew from a log.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>what is saved never says of an event that it is acknowledged which isn't: an
 *       acknowledgement that is lost by a crash means that the event is delivered again;
 *   <li>cursors, tries and how far dead letters are covered are saved in one step;
 *   <li>each opening has an epoch, and a folder of its own for its state, in which nobody else ever
 *       writes. Who has been told that acknowledgements are durable has looked, after writing them,
 *       that there was no newer epoch; who has a newer one reads the state after it has said so;
 *   <li>an event that is not acknowledged is held in memory from when it is read, and not more of
 *       them than the bound says. So the offsets above a cursor which are acknowledged take no more
 *       ranges than that;
 *   <li>of the events with one key, in the order of their log, only the first that isn't
 *       acknowledged is ever out, waiting for another try, or on its way to the dead letters.
 * </ol>
 *
 * <p>Thread: everything is guarded by the subscription's lock, except where it says otherwise.
 */
@NullMarked
package io.varve.subscribe;

import org.jspecify.annotations.NullMarked;
