/**
 * Jobs like Nexmark's stateful queries, in Flink's DataStream API, over events of a generator of
 * our own. Nexmark's documents give the queries' meaning; an auction house has persons, auctions
 * and bids, one to three to forty-six.
 *
 * <ol>
 *   <li>Event n follows from the workload and n alone, so every run sees the same events.
 *   <li>No event is later than the watermark's bound allows, so that a query's answer doesn't
 *       depend on when watermarks are sent.
 *   <li>Each query ends in a {@link io.varve.benchmarks.state.nexmark.Tally}, which adds up its
 *       rows in a way that no order changes: all backends must come to the same answer.
 * </ol>
 *
 * Threading: as Flink has it; events are handed on and never changed.
 */
@NullMarked
package io.varve.benchmarks.state.nexmark;

import org.jspecify.annotations.NullMarked;
