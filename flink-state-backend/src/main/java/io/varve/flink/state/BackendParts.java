package io.varve.flink.state;

import io.varve.state.StateStore;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.query.TaskKvStateRegistry;
import org.apache.flink.runtime.state.InternalKeyContext;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/** What a backend is put together from: what Flink gives it, and its own. */
record BackendParts<K>(
    TaskKvStateRegistry kvStateRegistry,
    TypeSerializer<K> keySerializer,
    ClassLoader userCodeClassLoader,
    ExecutionConfig executionConfig,
    TtlTimeProvider ttlTimeProvider,
    LatencyTrackingStateConfig latencyTracking,
    SizeTrackingStateConfig sizeTracking,
    CloseableRegistry cancelStreamRegistry,
    StreamCompressionDecorator compression,
    InternalKeyContext<K> keyContext,
    StateStore store,
    States states,
    CheckpointStrategy checkpoints,
    BackendResources resources) {}
