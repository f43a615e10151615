/**
 * The state backend as Flink loads it: factory, settings, and what it takes of a slot. The keyed
 * state itself is in the rooms below.
 */
@NullMarked
package io.varve.flink.state;

import org.jspecify.annotations.NullMarked;
