/**
 * Takes a group's committed offsets from a cluster into a store, and from a store to a cluster, and
 * translates them between a stream and a topic that it was replayed to.
 *
 * <p>Threads: everything is confined to one.
 */
@NullMarked
package io.varve.replay.offsets;

import org.jspecify.annotations.NullMarked;
