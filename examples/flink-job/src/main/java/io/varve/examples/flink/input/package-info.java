/**
 * The events that go in, and what must come out of them, worked out without Flink.
 *
 * <p>Thread: stateless, or confined to the caller's.
 */
@NullMarked
package io.varve.examples.flink.input;

import org.jspecify.annotations.NullMarked;
