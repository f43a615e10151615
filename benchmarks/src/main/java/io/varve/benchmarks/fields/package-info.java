/** Field indexes: how fast they are built, how large they are, and what a targeted replay gains. */
@NullMarked
package io.varve.benchmarks.fields;

import org.jspecify.annotations.NullMarked;
