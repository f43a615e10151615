/**
 * What the sink and the source share: Connect data as stored events, and back.
 *
 * <p>A key, value or header value is stored as an encoding and bytes. What the byte array converter
 * gives (optional bytes) and what the string converter gives (optional string) is stored as it is.
 * Everything else becomes Avro single-object encoding ({@link io.varve.connect.common.avro}), its
 * schema kept beside the events under its fingerprint, through {@link
 * io.varve.connect.common.SchemaTexts}.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>What is decoded equals what was encoded, in schema and value; what cannot come back equal
 *       is refused when encoded.
 *   <li>A schema is durable before the first value that needs it is handed on.
 *   <li>Bytes that were damaged or never ours give an {@link
 *       io.varve.connect.common.UnreadableValueException} and nothing else.
 * </ol>
 *
 * <p>Threads: encoders and decoders are confined to one thread, as a Connect task is.
 */
@NullMarked
package io.varve.connect.common;

import org.jspecify.annotations.NullMarked;
