/**
 * The source's settings: their definition as Kafka Connect shows it, and what they mean once read.
 *
 * <ol>
 *   <li>Reading settings touches no file; only {@code Recommenders} looks at the store, to offer
 *       its streams, and changes nothing there.
 *   <li>Whatever {@link io.varve.connect.source.config.SourceSettings} lets through can be run.
 * </ol>
 *
 * Threads: everything here is immutable.
 */
@NullMarked
package io.varve.connect.source.config;

import org.jspecify.annotations.NullMarked;
