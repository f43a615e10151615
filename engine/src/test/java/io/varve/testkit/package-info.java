/**
 * A machine to break: a disk in memory that forgets what was not synced, processes on it that die
 * or meet faults at any call, a clock and background work that move when told to.
 *
 * <p>Thread: everything here is confined to one, but for the filters, which hold nothing.
 */
package io.varve.testkit;
