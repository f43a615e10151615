/**
 * A Kafka consumer over a store: {@link io.varve.replay.VarveConsumer} has the methods of Kafka's
 * {@code Consumer} and their meaning, and reads streams in the place of topics. Nothing is sent
 * over a network.
 *
 * <p>On disk it owns the store's folder {@code groups}, see {@code io.varve.replay.group}. Logs it
 * only reads.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A record is handed out once for each position that it is read from: the position moves on
 *       with what {@code poll} returns, past offsets without an event and events that the filter
 *       does not want, and with nothing else but what the caller asks for.
 *   <li>An event that can't be given as the topic had it, or whose bytes are damaged, is an error
 *       with its partition and offset; it is never passed over.
 *   <li>Offsets are committed only of what {@code poll} has returned or passed by.
 * </ol>
 *
 * <p>Threads: a consumer belongs to one thread at a time, as Kafka's does; only {@code wakeup},
 * {@code metrics} and a member's heartbeats are another's.
 */
@NullMarked
package io.varve.replay;

import org.jspecify.annotations.NullMarked;
