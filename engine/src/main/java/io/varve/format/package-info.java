/**
 * Every encoding on disk: segment header and footer, batches and the events in them, index,
 * manifest, commit mark, reader lease, store marker, schema file. {@code docs/FORMAT.md} is the
 * normative text; a test holds the two together.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>all numbers are little-endian; every structure begins with a magic number and is covered by
 *       a CRC32C, checked before anything in it is believed;
 *   <li>lengths and counts are bounded before anything is allocated;
 *   <li>what does not decode throws {@link io.varve.base.CorruptionException} or {@link
 *       io.varve.base.FormatTooNewException}, nothing else.
 * </ol>
 *
 * <p>Knows nothing of files, clocks or threads.
 */
@NullMarked
package io.varve.format;

import org.jspecify.annotations.NullMarked;
