/** A source of Flink jobs that reads the streams of a store. */
@NullMarked
package io.varve.flink.source;

import org.jspecify.annotations.NullMarked;
