/**
 * The command-line tool: a class for each command, and what they share to read arguments and to
 * print.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>only {@code import}, {@code repair} and {@code bench} open a store for writing, {@code
 *       restore} makes one, {@code snapshot} keeps a name in one, and {@code offsets} what it
 *       commits; every other command changes nothing in a store, and leaves nothing but a lease
 *       while it reads and what can be made anew;
 *   <li>what a command has to say goes to its command line's {@code out}, progress and errors go to
 *       {@code err}; a command neither ends the process nor prints a stack trace;
 *   <li>the exit code is one of {@link io.varve.cli.ExitCode}.
 * </ol>
 *
 * <p>Thread: each command is confined to one.
 */
@NullMarked
package io.varve.cli;

import org.jspecify.annotations.NullMarked;
