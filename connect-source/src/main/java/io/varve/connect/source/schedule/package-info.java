/**
 * Delivers delayed events when they are due.
 *
 * <pre>
 *   Delivery          what a task runs: its partitions' schedules, and what is ready of them
 *     LogSchedule     one log: a thread with its scheduler, which writes what is due to the ready log
 *     ReadyLog        reads that, from where Connect is, and makes records of it
 *     ReadyOrder      which partition's come next; waits for any of them
 * </pre>
 *
 * <ol>
 *   <li>An event is delivered from the ready log only, so from what is durable there; its source
 *       offset is its offset there, plus one. So what was committed is not delivered again, and
 *       what was not is, whichever of the two processes, scheduler and worker, ended when.
 *   <li>Retention takes nothing from a ready log that Kafka does not have, however old it is, and
 *       not the last event that it has, which tells how far the scheduler was.
 *   <li>A schedule that has failed gives nothing more; one that was fenced, nothing until it has
 *       taken the ready log back.
 * </ol>
 *
 * Threads: each log's scheduler has its own; all else is the task's, but for {@link
 * io.varve.connect.source.schedule.DeliveredRecord#committed}.
 */
@NullMarked
package io.varve.connect.source.schedule;

import org.jspecify.annotations.NullMarked;
