/**
 * Connectors that do next to nothing: what a worker can do at most. They run in the worker, from a
 * plugin folder of their own, and so use nothing but Connect's API and {@code load}.
 */
@NullMarked
package io.varve.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
