/**
 * Keyed state: values, lists, ordered maps and ordered sets by key, for one writer that needs its
 * answers in less than a microsecond and its memory bounded. Knows nothing of event logs, nor of
 * who keeps state here.
 *
 * <p>Everything is a <i>record</i>, known by table, key group, key and suffix. Records lie in one
 * <i>hybrid log</i> of pages: the pages at its end are in memory and changed in place; older ones
 * are sealed, written to files, and let go from memory when room is needed. One hash index a table
 * leads from a record's hash to its address. Lists are rows of chunks, maps and ordered sets are
 * trees of small nodes; chunks and nodes are records like any other, so that spilling, snapshots,
 * cleaning and restoring exist once.
 *
 * <p>Pages hold nodes, which lead to other records, or content ({@link io.varve.state.PageKind}).
 *
 * <p>What it owns on disk: files of sealed pages, each with a footer that tells the hash and place
 * of every record in it. They are never changed and never forced: state is as durable as the
 * snapshots that were copied elsewhere.
 *
 * <ol>
 *   <li>A live record has exactly one slot in its table's index, and no slot leads to a dead one.
 *   <li>A page is changed only while it is mutable; a snapshot seals every page.
 *   <li>Whether a record of a sealed page is alive is told by the page's dead bits, never by a
 *       later record. A snapshot is the files, and the dead bits of that moment.
 *   <li>A copy of a record that cleaning has made is dead until the slot leads to it; from then on
 *       the record itself is. So a snapshot may be taken in the midst of cleaning.
 *   <li>A value expires only by what stands in it, in a page that is sealed, and goes only if it is
 *       still alive there when the owner comes to it.
 *   <li>Memory is taken from a {@link io.varve.state.StateMemory} and never past it.
 * </ol>
 *
 * <p>Thread: a store is confined to the thread that owns it, but for its snapshots, which are made
 * by the owner and read by any thread.
 */
@NullMarked
package io.varve.state;

import org.jspecify.annotations.NullMarked;
