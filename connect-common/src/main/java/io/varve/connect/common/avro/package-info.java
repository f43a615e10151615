/**
 * Connect data as Avro: a compiled codec for each Connect schema, and the Avro text that lets the
 * schema come back equal.
 *
 * <p>Owns nothing on disk: the texts are stored by whoever plugs in a {@link
 * io.varve.connect.common.SchemaTexts}. Knows Connect's data classes, no connector and no store.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>The layout of a value follows from its Connect schema alone ({@link
 *       io.varve.connect.common.avro.Layout}); the text and the codec both take it from there.
 *   <li>Every value takes at least one byte. So a count that exceeds the bytes left is a lie, and
 *       reading never builds more than the bytes warrant.
 *   <li>Two Connect schemas that differ have different texts, and a text read back gives an equal
 *       schema.
 *   <li>Any Avro library can parse the text, and read with it what the codec wrote.
 * </ol>
 *
 * <p>Threads: codecs are confined to one thread, everything else is immutable or local.
 */
@NullMarked
package io.varve.connect.common.avro;

import org.jspecify.annotations.NullMarked;
