/**
 * Reads the Avro of a store, single-object encoding, into Flink's rows: by the schema that a value
 * was written with, which the store has.
 */
@NullMarked
package io.varve.flink.source.avro;

import org.jspecify.annotations.NullMarked;
