/**
 * What is measured of the engine's work, for whoever runs it: plain numbers, of no host's metrics
 * API.
 *
 * <p>Recording costs a few ten nanoseconds and happens once a batch or a commit, never once an
 * event. Looking disturbs nobody: nothing is reset by it, so that any number may look.
 */
@NullMarked
package io.varve.metrics;

import org.jspecify.annotations.NullMarked;
