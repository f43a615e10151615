/**
 * What a backend tells of itself in Flink's metrics.
 *
 * <p>Thread: asked by the threads of reporters at any time, after the backend's end too.
 */
@NullMarked
package io.varve.flink.state.metric;

import org.jspecify.annotations.NullMarked;
