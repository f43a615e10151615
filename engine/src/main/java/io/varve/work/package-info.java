/**
 * Background work: who runs it, in which order, and when. Knows nothing of what a task does. Tests
 * put a scheduler here that runs one task at a time, when told to.
 */
@NullMarked
package io.varve.work;

import org.jspecify.annotations.NullMarked;
