/**
 * The demo's own notion of an event: what is produced, and what must come back.
 *
 * <ol>
 *   <li>All types are immutable values; {@code equals} compares every byte.
 *   <li>Nothing here knows Kafka, so that input, comparison and report are tested without a broker.
 * </ol>
 *
 * <p>Thread: safe, all immutable.
 */
@NullMarked
package io.varve.examples.event;

import org.jspecify.annotations.NullMarked;
