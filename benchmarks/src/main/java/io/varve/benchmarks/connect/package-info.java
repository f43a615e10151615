/**
 * The connectors in a real worker process, on a real broker process: whole paths, from a topic to
 * the disk and back.
 */
@NullMarked
package io.varve.benchmarks.connect;

import org.jspecify.annotations.NullMarked;
