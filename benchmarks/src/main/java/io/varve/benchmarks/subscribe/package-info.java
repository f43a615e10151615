/** Subscriptions: events consumed and acknowledged. */
@NullMarked
package io.varve.benchmarks.subscribe;

import org.jspecify.annotations.NullMarked;
