/**
 * Keyed state of one subtask, over the tables of a {@link io.varve.state.StateStore}.
 *
 * <ol>
 *   <li>A state's key in its table is key and namespace as canonical savepoints write them, without
 *       the key group in front.
 *   <li>A value is the serializer's bytes; a list's element is followed by one delimiter; a map's
 *       value has one byte in front that tells null.
 *   <li>No object that was given or returned is kept.
 * </ol>
 *
 * <p>Thread: the task's, except for {@code getSerializedValue}, which any thread may call.
 */
@NullMarked
package io.varve.flink.state.keyed;

import org.jspecify.annotations.NullMarked;
