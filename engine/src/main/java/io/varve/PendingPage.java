package io.varve;

import io.varve.delay.Timer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the timers that were asked for, as they were at one moment.
 *
 * @param timers in the order of due times, and where they are equal of offsets
 * @param next what to ask for to go on; null if there were no more
 */
public record PendingPage(List<Timer> timers, @Nullable PendingRange next) {}
