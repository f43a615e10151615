/**
 * Random histories that a subject and Flink's heap backend live through side by side, and after
 * each step of which they have to agree.
 *
 * <p>A {@link io.varve.flink.state.differential.History} is made from a seed alone: a {@link
 * io.varve.flink.state.differential.Job} of a few subtasks, each with the two backends, and {@link
 * io.varve.flink.state.differential.Step}s on its states, timers, checkpoints and restores. What
 * both write to checkpoints goes through a {@link io.varve.flink.state.differential.Vault}, that
 * can fail and knows what is left behind.
 */
package io.varve.flink.state.differential;
