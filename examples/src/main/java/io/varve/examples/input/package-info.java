/**
 * Where the demo's events come from: the machine's own Debian changelogs, the sample that ships
 * with the demo, or JSON lines that the user brings.
 *
 * <ol>
 *   <li>From a changelog only facts about a release are kept: package, version, distribution,
 *       urgency, time. People's names and addresses never leave the parser.
 *   <li>An event's value is fixed when it is read and is never re-encoded: for JSON lines it is the
 *       line itself, byte for byte.
 *   <li>Bad input is an {@link io.varve.examples.input.InputException} that names file and line.
 * </ol>
 *
 * <p>Thread: each call is confined to its caller; what is returned is immutable.
 */
@NullMarked
package io.varve.examples.input;

import org.jspecify.annotations.NullMarked;
