/**
 * Takes a group's committed offsets from a cluster into a store, and from a store to a cluster: a
 * library, and the command {@code ./varve offsets} on it.
 *
 * <p>Threads: everything is confined to one.
 */
@NullMarked
package io.varve.replay.offsets;

import org.jspecify.annotations.NullMarked;
