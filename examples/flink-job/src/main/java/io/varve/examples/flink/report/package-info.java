/**
 * What a run measured: a table for the screen, and a page with pictures.
 *
 * <p>Thread: confined to the caller's.
 */
@NullMarked
package io.varve.examples.flink.report;

import org.jspecify.annotations.NullMarked;
