/** An example of a Flink job: kill, rescale, change the state backend, compare. */
@NullMarked
package io.varve.examples.flink;

import org.jspecify.annotations.NullMarked;
