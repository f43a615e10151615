/**
 * Measuring several ways of doing the same work fairly: in one process, turn by turn, so that what
 * else the machine does falls on all of them alike.
 */
@NullMarked
package io.varve.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
