/**
 * The one way to files. {@link io.varve.io.Directory} is the whole contract; {@link
 * io.varve.io.PosixDirectory} keeps it with a POSIX file system, tests keep it with one that
 * crashes.
 *
 * <p>What the contract rests on, and what {@code docs/FORMAT.md} says we assume of a disk:
 *
 * <ol>
 *   <li>bytes are durable once {@code force} has returned; before that any part of them may be
 *       lost;
 *   <li>an entry of a directory (created, linked, deleted) is durable once the directory's {@code
 *       sync} has returned;
 *   <li>{@code publish} takes a name that is free or fails: of two callers one wins. It is the
 *       compare-and-swap that manifests are committed with, and what a bucket offers as
 *       put-if-absent;
 *   <li>a file that is deleted stays readable for whoever has it open.
 * </ol>
 *
 * <p>Knows nothing of records.
 */
@NullMarked
package io.varve.io;

import org.jspecify.annotations.NullMarked;
