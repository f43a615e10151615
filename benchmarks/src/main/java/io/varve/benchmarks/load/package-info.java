/** The events of all benchmarks. Knows nothing of what handles them. */
@NullMarked
package io.varve.benchmarks.load;

import org.jspecify.annotations.NullMarked;
