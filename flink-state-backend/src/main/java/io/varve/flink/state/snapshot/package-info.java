/**
 * Checkpoints and savepoints. Checkpoints and native savepoints are the store's files as they are,
 * and one stream of metadata; canonical savepoints are all entries in Flink's own format.
 *
 * <p>A file is sent again by reference only if the last checkpoint known to be complete holds it.
 */
@NullMarked
package io.varve.flink.state.snapshot;

import org.jspecify.annotations.NullMarked;
