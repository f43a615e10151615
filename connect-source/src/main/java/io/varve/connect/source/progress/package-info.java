/**
 * How far a task's replay is: for the log, and as metrics where the worker has them.
 *
 * <p>Offsets are counted, not events: what is left is known from the log's ends, also where offsets
 * have gaps or a time range leaves events out.
 *
 * <p>Threads: {@link io.varve.connect.source.progress.Progress} is written by the task's thread and
 * read by any.
 */
@NullMarked
package io.varve.connect.source.progress;

import org.jspecify.annotations.NullMarked;
