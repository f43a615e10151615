package io.varve.connect.sink;

import io.varve.FieldIndexes;
import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.event.StreamPartition;
import io.varve.field.FieldExtractor;
import io.varve.query.ValueFields;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which fields of a task's streams have an index, and keeps the indexes of the logs that it
 * writes built, on a thread of its own. What fails is told in the log and tried again: archiving
 * does not depend on it.
 *
 * <p>Thread: safe.
 */
final class Indexing implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Indexing.class);

  private final Store store;
  private final IndexSettings settings;
  private final FieldExtractor.Kind fields;
  private final Work builder = new ThreadedWork(1, "varve-sink-index");
  private final Executor declaring = builder.strand();
  private final Set<String> declared = ConcurrentHashMap.newKeySet();

  Indexing(Store store, IndexSettings settings) {
    this.store = store;
    this.settings = settings;
    this.fields = new ValueFields(store.schemas());
  }

  /** Keeps a log's indexes built until the returned handle is closed. */
  Work.Repeating keep(StreamPartition log, IndexMeters meters) {
    declaring.execute(() -> declare(log.stream(), meters));
    Work.Repeating again =
        builder.every(
            settings.intervalMs(),
            () -> {
              if (!declared.contains(log.stream())) {
                declare(log.stream(), meters);
              }
            });
    Work.Repeating building =
        store.fieldIndexes().keepBuilt(log, fields, builder, settings.intervalMs(), meters);
    return () -> {
      again.close();
      building.close();
    };
  }

  private void declare(String stream, IndexMeters meters) {
    if (declared.contains(stream)) {
      return;
    }
    try {
      FieldIndexes indexes = store.fieldIndexes();
      List<String> before = indexes.fields(stream);
      if (!before.equals(settings.fields())) {
        indexes.define(stream, settings.fields());
        LOG.info(
            "Fields of {} that are indexed from now on: {}; before: {}",
            stream,
            settings.fields(),
            before);
      }
      declared.add(stream);
    } catch (VarveException e) {
      meters.failed(e);
      LOG.warn(
          "It can't be written which fields of {} are indexed; it will be tried again", stream, e);
    }
  }

  /** Ends building; what was built stays. */
  @Override
  public void close() {
    builder.close();
  }
}
