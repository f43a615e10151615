/**
 * The ground that every other room stands on: the error family, the clock, the first-failure latch,
 * checksums. Knows nothing of files.
 */
@NullMarked
package io.varve.base;

import org.jspecify.annotations.NullMarked;
