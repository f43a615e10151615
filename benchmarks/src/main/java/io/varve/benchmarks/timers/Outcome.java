package io.varve.benchmarks.timers;

/**
 * What was measured in a turn; NaN stands for what was not.
 *
 * @param addsPerSecond how fast the adding thread was
 * @param addCpuNanos processor time of all threads for a timer, until it waited
 * @param heapBytes of a timer that waits, with all that it needs to be given
 * @param expiriesPerSecond how fast all were given, one after the other
 * @param expiryCpuNanos processor time of all threads for a timer, from then until it was given
 * @param processCpuNanos that of the whole process for a timer from first to last, with collector
 *     and compiler
 * @param halfLateMs how late half of them were at most
 * @param mostLateMs how late 99 of 100 were at most
 */
record Outcome(
    double addsPerSecond,
    double addCpuNanos,
    double heapBytes,
    double expiriesPerSecond,
    double expiryCpuNanos,
    double processCpuNanos,
    double halfLateMs,
    double mostLateMs) {}
