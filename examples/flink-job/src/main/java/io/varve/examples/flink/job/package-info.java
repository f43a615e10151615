/**
 * The job: what a user of Flink writes. Nothing in it knows which state backend it runs on.
 *
 * <pre>
 * orders ──┬─ by customer ─ windows of ten minutes ─ sums, totals so far ──┐
 *          │                                                               ├─ results
 * payments ┴─ by order ──── join, a timer for what is not paid in time ────┘
 * </pre>
 *
 * <p>The results depend on the events and their times alone, never on when they were read: whatever
 * happens to the cluster meanwhile, the same lines must come out, each once.
 *
 * <p>Thread: functions are confined to their tasks'.
 */
@NullMarked
package io.varve.examples.flink.job;

import org.jspecify.annotations.NullMarked;
