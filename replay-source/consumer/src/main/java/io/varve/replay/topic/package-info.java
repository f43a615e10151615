/**
 * Sends events of a store to a Kafka topic, and knows afterwards which offset each has there.
 *
 * <p>On disk it owns the store's folder {@code replays}: for each topic that a generation of a
 * stream was replayed to, a table of offsets. The page {@code docs/offsets.md} has its bytes.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>What a table does not know exactly it knows too widely: a position that is translated by it
 *       lies at or before the first event that was not yet read, never behind it.
 *   <li>A table knows all records below the offset up to which it has seen a partition, whoever
 *       wrote them; what is above is read from the records' headers when it is asked for.
 * </ol>
 *
 * <p>Threads: a producer's callbacks come in its own; all else is confined to one.
 */
@NullMarked
package io.varve.replay.topic;

import org.jspecify.annotations.NullMarked;
