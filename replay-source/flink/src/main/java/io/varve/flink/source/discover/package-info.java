/**
 * Finds out what there is to read, and gives it to the readers.
 *
 * <p>Thread: the enumerator is confined to its coordinator's thread, {@code Discovery} to the one
 * that looks into the store.
 */
@NullMarked
package io.varve.flink.source.discover;

import org.jspecify.annotations.NullMarked;
