/**
 * One run of the demo on real parts: broker and worker as processes of their own, our connectors
 * from their plugin archives.
 *
 * <ol>
 *   <li>What is expected is what a plain consumer reads from the topic, never what we meant to
 *       send.
 *   <li>Everything that was started ends with the run, however that ends, unless it is to be kept.
 *   <li>Waiting ends: when a count stands still for too long the run goes on to its verdict, which
 *       then says what is missing.
 * </ol>
 *
 * <p>On disk, in the work folder: {@code plugins/} (the unpacked archives), {@code store/} (the
 * archive), and the folders of the cluster's processes.
 *
 * <p>Thread: {@code DemoRun} is confined to the caller's; producing, counting and sampling have a
 * thread each, and share counters only.
 */
@NullMarked
package io.varve.examples.run;

import org.jspecify.annotations.NullMarked;
