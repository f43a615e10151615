package io.varve.connect.sink;

import io.varve.Store;
import io.varve.base.Clock;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What a task's partitions share.
 *
 * @param opener opens logs of {@code store}
 * @param indexing keeps the logs' field indexes built; null if nobody is to care
 * @param deadLetters where events go that can't be stored, or null if they fail the task
 */
record Archive(
    Store store,
    LogOpener opener,
    SinkSettings settings,
    Events events,
    @Nullable Indexing indexing,
    SinkTaskContext context,
    @Nullable ErrantRecordReporter deadLetters,
    SinkMeters meters,
    Clock clock) {}
