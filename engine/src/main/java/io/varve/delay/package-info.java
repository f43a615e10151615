/**
 * Delayed events: which of them are pending, and which are due next. Far timers lie in sorted
 * files, near ones in a timing wheel. What is here is derived from a log and can be made anew from
 * it; it knows nothing of who reads that log, or writes what has become due.
 */
@NullMarked
package io.varve.delay;

import org.jspecify.annotations.NullMarked;
