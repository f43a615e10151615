/**
 * Tests on real parts: a broker and Connect workers as processes of their own, which load the
 * packed connectors and nothing else; and the same in containers.
 *
 * <p>{@link io.varve.integration.TestCluster} is the cluster that most tests share, {@link
 * io.varve.integration.Connectors} the connectors of one test. What was sent, archived and replayed
 * is compared as {@link io.varve.integration.SeenEvent}s, or, where it is much, by {@link
 * io.varve.integration.FlowCheck}.
 *
 * <ol>
 *   <li>A test has topics, connectors and a store of its own, and leaves none of its connectors.
 *   <li>Logs of brokers and workers stay in {@code target/clusters} for who looks for the cause.
 * </ol>
 */
package io.varve.integration;
