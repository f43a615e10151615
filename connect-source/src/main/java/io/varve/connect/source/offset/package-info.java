/**
 * The source's position as Kafka Connect keeps it.
 *
 * <ol>
 *   <li>A source partition is one log: {@code {"stream": "orders", "generation": 1, "partition":
 *       0}}. Connect finds stored offsets again by the partition's JSON text, byte by byte, so its
 *       keys always come in the same order: that of {@link java.util.HashMap}, in which Connect
 *       itself writes the offsets that a user alters.
 *   <li>A source offset is {@code {"offset": n}}: the first offset not yet replayed. In a bounded
 *       replay it also has {@code "end"}: the first offset not to replay, fixed when the replay
 *       began, so that one that is started again ends at the same place.
 *   <li>Neither changes once made.
 * </ol>
 *
 * Threads: everything here is immutable.
 */
@NullMarked
package io.varve.connect.source.offset;

import org.jspecify.annotations.NullMarked;
