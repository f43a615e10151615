/**
 * Reads splits in the task's own thread. There is no thread of ours between log and task: the
 * engine reads ahead by itself, and events are shown in place.
 */
@NullMarked
package io.varve.flink.source.read;

import org.jspecify.annotations.NullMarked;
