/**
 * A real Kafka broker and real Connect workers as child processes on this machine, for tests, the
 * demo and benchmarks.
 *
 * <p>{@link io.varve.cluster.LocalCluster} is where to begin. It starts processes ({@link
 * io.varve.cluster.Broker}, {@link io.varve.cluster.Worker}) from a folder of jars ({@link
 * io.varve.cluster.KafkaJars}) and ends them. {@link io.varve.cluster.ConnectRest}, {@link
 * io.varve.cluster.Topics} and {@link io.varve.cluster.JmxMetrics} talk to them.
 *
 * <p>On disk, in the work folder: for each process a folder of its name with its {@code
 * settings.properties}, its {@code log4j2.properties}, its rolling log {@code <name>.log}, {@code
 * console.log} (what it printed besides) and {@code pid}; the broker's has {@code data/} too.
 * Beside the folder of Kafka's jars: what makes the next start quicker ({@code ClassPath}).
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Every socket is bound to 127.0.0.1.
 *   <li>A child never outlives the cluster that started it, whether that one is closed, its JVM
 *       exits, or is killed; except after {@link io.varve.cluster.LocalCluster#keepRunning()}.
 *   <li>A process keeps its ports, its folder and its data over restarts.
 *   <li>A child's class path holds Kafka's jars and one launcher class, so a plugin is seen only
 *       through {@code plugin.path}.
 * </ol>
 *
 * <p>Threads: a process may be killed or stopped by any thread while others wait for it; the rest
 * is stated by each class.
 */
@NullMarked
package io.varve.cluster;

import org.jspecify.annotations.NullMarked;
