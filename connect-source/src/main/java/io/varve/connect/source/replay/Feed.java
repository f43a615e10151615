package io.varve.connect.source.replay;

import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** What a task gives its worker. */
public interface Feed extends AutoCloseable {

  /** The next records, or null if there are none now; returns within a second. */
  @Nullable List<SourceRecord> poll() throws InterruptedException;

  @Override
  void close();
}
