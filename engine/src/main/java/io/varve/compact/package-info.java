/**
 * What becomes of old events. When something is to be done is decided by pure functions from a live
 * set to a plan ({@link io.varve.compact.Retention}, {@link io.varve.compact.Compaction}); {@link
 * io.varve.compact.Compactor} carries out compaction, beside the writer, which it knows only as a
 * live set that can be replaced.
 *
 * <p>On disk it makes segments with a rewrite number, which don't exist before a manifest names
 * them.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>an event is left out only if a later one of its key is in the log, or if it is a tombstone
 *       that has stayed its time and all before it are gone;
 *   <li>clean segments are in front of dirty ones, and groups are replaced oldest first: so all
 *       that a clean segment's events supersede in front of it is gone;
 *   <li>the last event in sealed segments stays;
 *   <li>a file is deleted only if it is sure that no manifest names it.
 * </ol>
 */
@NullMarked
package io.varve.compact;

import org.jspecify.annotations.NullMarked;
