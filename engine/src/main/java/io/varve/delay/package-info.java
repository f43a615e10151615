/**
 * Delayed events: which of a log's are pending, and which are due next. A timer is a due time and
 * the offset of the event that waits for it. Far timers lie in sorted files, near ones in a timing
 * wheel.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>no timer is given before its due time, whatever the clock does;
 *   <li>timers are given in the order of due time, then offset, as far as they are known when one
 *       is asked for;
 *   <li>a timer that was added is given once, and nothing but its being cancelled takes it away;
 *   <li>what is pending is a function of the log up to an offset and of how far timers were
 *       released: files may be lost, and are made anew from the log;
 *   <li>memory depends on what is due next, not on how much is pending.
 * </ol>
 *
 * <p>On disk it owns the folder {@code timers} of a ready log. Knows nothing of clocks, nor of who
 * reads the log or writes the ready log: whoever asks says what time it is.
 *
 * <p>Thread: everything here is confined to one thread at a time, but for merging files, which
 * another does.
 */
@NullMarked
package io.varve.delay;

import org.jspecify.annotations.NullMarked;
