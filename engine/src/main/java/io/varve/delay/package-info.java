/**
 * When delayed events are due: timers, each a due time and the offset of the event that waits for
 * it.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>no timer is given before its due time, whatever the clock does;
 *   <li>timers are given in the order of due time, then offset, as far as they are known when one
 *       is asked for;
 *   <li>a timer that was added is given once, and nothing but that takes it away.
 * </ol>
 *
 * <p>On disk it owns nothing. Knows nothing of clocks: whoever asks says what time it is.
 *
 * <p>Thread: everything here is confined to one thread at a time.
 */
@NullMarked
package io.varve.delay;

import org.jspecify.annotations.NullMarked;
