package io.varve.benchmarks.peer;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Drops its records. Thread: confined to the worker's for this task. */
public final class DropSinkTask extends SinkTask {

  @Override
  public String version() {
    return "1";
  }

  @Override
  public void start(Map<String, String> props) {}

  @Override
  public void put(Collection<SinkRecord> records) {}

  @Override
  public void stop() {}
}
