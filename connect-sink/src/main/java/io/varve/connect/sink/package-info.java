/**
 * The sink connector: archives topics into a store. Read {@link
 * io.varve.connect.sink.ArchivedPartition} first.
 *
 * <p>Owns nothing on disk but what it asks the engine to write: one log for each partition of each
 * topic, in the generation that the topic is in, and one more for its duplicates if that is wanted.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>the end of the log is the position that counts. The consumer is sent there whenever a log
 *       is opened; the offset in Kafka only serves those who look at the lag;
 *   <li>an event is appended only if every event that the topic holds between the log's end and it
 *       was appended or reported before. So a batch that was fetched before the consumer was sent
 *       back is dropped, never appended;
 *   <li>an offset is reported to the worker only when it is durable;
 *   <li>the log's end passes an event that could not be stored only when that event has arrived in
 *       the dead letter queue;
 *   <li>whether a record is the stored event come again is asked of the record alone, never of what
 *       settings make of it;
 *   <li>topic, partition and offset are those that the event was read under, whatever transforms
 *       make of them.
 * </ol>
 *
 * <p>Threads: a task lives on one thread of the worker's; the engine's background threads write and
 * sync. Meters are read from any thread.
 */
@NullMarked
package io.varve.connect.sink;

import org.jspecify.annotations.NullMarked;
