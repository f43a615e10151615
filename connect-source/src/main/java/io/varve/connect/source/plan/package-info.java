/**
 * Which logs are replayed, and by which task.
 *
 * <ol>
 *   <li>A log belongs to one task. All generations of a partition go to the same task, which
 *       replays them one after another.
 *   <li>There are never more tasks than the worker allows, and at least one.
 *   <li>The same logs and weights always make the same plan.
 * </ol>
 *
 * Threads: everything is immutable but for {@link io.varve.connect.source.plan.StreamWatch}, which
 * has a thread of its own.
 */
@NullMarked
package io.varve.connect.source.plan;

import org.jspecify.annotations.NullMarked;
