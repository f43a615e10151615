/** Timers of one subtask, in ordered sets of the store. Thread: the task's. */
@NullMarked
package io.varve.flink.state.timer;

import org.jspecify.annotations.NullMarked;
