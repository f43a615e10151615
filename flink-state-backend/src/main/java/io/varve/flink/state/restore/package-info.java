/**
 * Opening a store with what checkpoints and savepoints hold of a subtask's key groups.
 *
 * <p>Thread: the task's; files are read by background threads too.
 */
@NullMarked
package io.varve.flink.state.restore;

import org.jspecify.annotations.NullMarked;
