/**
 * The source connector: replays streams of a store into topics.
 *
 * <pre>
 *   VarveSourceConnector  chooses streams, splits their partitions over tasks, watches for new ones
 *     config   what the settings say
 *     plan     which logs there are, and which task replays which
 *     offset   positions, as Connect keeps them
 *   VarveSourceTask       replays its partitions
 *     replay   from logs to records, in order and at the wanted pace
 *     progress how far it is
 * </pre>
 *
 * <p>Owns nothing on disk: it reads a store, and Connect keeps its positions.
 *
 * <ol>
 *   <li>A log is replayed by one task, in the order of its offsets.
 *   <li>What was committed is not replayed again, and what was not is, after any restart.
 *   <li>Damage is an error that names the file; nothing is skipped.
 *   <li>No call holds the worker up for longer than a second, if the disk doesn't.
 * </ol>
 *
 * Threads: the worker's, one at a time for the connector and one for each task; the connector of a
 * tail has one more, which looks for new streams.
 */
@NullMarked
package io.varve.connect.source;

import org.jspecify.annotations.NullMarked;
