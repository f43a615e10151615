/** Streams of a store as tables of Flink SQL, and a catalog of them. */
@NullMarked
package io.varve.flink.source.table;

import org.jspecify.annotations.NullMarked;
