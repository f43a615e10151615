/**
 * Flink's published suites with the {@link io.varve.flink.state.Subject}, and random runs that
 * compare it with Flink's own heap backend.
 */
package io.varve.flink.state;
