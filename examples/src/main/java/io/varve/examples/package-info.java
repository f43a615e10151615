/** The demo: archive a topic, kill the worker, replay, compare. */
@NullMarked
package io.varve.examples;

import org.jspecify.annotations.NullMarked;
