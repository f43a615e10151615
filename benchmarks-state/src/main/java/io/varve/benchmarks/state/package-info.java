/**
 * Benchmarks of Flink's keyed state backends. Any backend is driven through its factory, as a job
 * drives it: current key first, then the state's call.
 *
 * <ol>
 *   <li>Each suite of each backend runs in a JVM of its own, with the same heap and the same
 *       managed memory, so that peaks of resident memory can be compared.
 *   <li>Backends take turns, round by round, so that what else the machine does falls on all alike.
 *   <li>A backend that fails a row costs that row, and is named in the report.
 *   <li>All files are below one folder, which is deleted at the end.
 * </ol>
 *
 * Threading: a suite has one thread that plays the task's mailbox, and one for the asynchronous
 * parts of snapshots.
 */
@NullMarked
package io.varve.benchmarks.state;

import org.jspecify.annotations.NullMarked;
