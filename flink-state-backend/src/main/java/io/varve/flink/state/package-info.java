/**
 * The keyed state of Flink jobs in Varve's engine: {@link
 * io.varve.flink.state.VarveStateBackendFactory} is what a job's configuration names.
 *
 * <p>A keyed state of a job is a table of a {@link io.varve.state.StateStore}; the store's keys are
 * the bytes of Flink's composite keys without the key group before them, so that savepoints in the
 * canonical format are written and read without serializing anything anew.
 *
 * <p>Flink's interfaces say nothing of nulls and pass them everywhere, so neither do these classes.
 */
@NullUnmarked
package io.varve.flink.state;

import org.jspecify.annotations.NullUnmarked;
