/**
 * A real Flink cluster as child processes on this machine: a job manager and task managers, from
 * Flink's jars as they are in the {@code lib/} of a distribution.
 *
 * <p>On disk, in the work folder: for each process a folder of its name with {@code conf/}, its log
 * {@code <name>.log}, {@code console.log} and {@code tmp/}; {@code checkpoints/} and {@code
 * savepoints/}.
 *
 * <ol>
 *   <li>Every socket is bound to 127.0.0.1.
 *   <li>A child never outlives this JVM, however that ends.
 *   <li>A process is ended by its own id.
 * </ol>
 */
@NullMarked
package io.varve.examples.flink.cluster;

import org.jspecify.annotations.NullMarked;
