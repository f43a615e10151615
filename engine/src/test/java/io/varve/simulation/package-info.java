/**
 * Runs of a store on a machine that breaks: {@link io.varve.simulation.World} is the store with its
 * processes and its model, {@link io.varve.simulation.Step} what can happen in it. A run is a row
 * of steps, each of them a letter; its tests differ in which rows they go through, and in what they
 * break meanwhile.
 *
 * <p>Thread: a world is confined to one; several may run at once.
 */
package io.varve.simulation;
