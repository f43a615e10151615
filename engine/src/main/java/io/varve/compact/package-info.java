/**
 * Policies: pure functions from a live set to what should change in it. Knows nothing of the writer
 * that carries it out.
 */
@NullMarked
package io.varve.compact;

import org.jspecify.annotations.NullMarked;
