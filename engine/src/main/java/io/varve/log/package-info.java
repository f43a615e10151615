/**
 * Segments: written at the end, read from anywhere, recovered after a crash. Knows nothing of who
 * owns a log or of what keys mean.
 *
 * <p>On disk it owns {@code <first offset>-<epoch>.log}, for one that compaction wrote {@code
 * <first offset>-<epoch>r<rewrite>.log}, and the {@code .idx} beside it.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>a segment is written by one writer of one epoch, from the front to the end, never in place;
 *   <li>nothing behind the committed end of a segment is ever shown;
 *   <li>a batch is checked against its checksum before any of it is shown;
 *   <li>an index only says where to look: what is found there is checked again, and an index that
 *       is missing or damaged is made anew.
 * </ol>
 *
 * <p>Thread: everything here is confined to one thread at a time.
 */
@NullMarked
package io.varve.log;

import org.jspecify.annotations.NullMarked;
