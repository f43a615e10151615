package io.varve.connect.source;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceConnectorContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/** A worker as a connector sees it. */
final class ConnectorEnd implements SourceConnectorContext {

  final AtomicInteger reconfigurations = new AtomicInteger();
  final List<Exception> raised = new ArrayList<>();
  private final StoredOffsets offsets;

  ConnectorEnd(StoredOffsets offsets) {
    this.offsets = offsets;
  }

  @Override
  public OffsetStorageReader offsetStorageReader() {
    return offsets;
  }

  @Override
  public void requestTaskReconfiguration() {
    reconfigurations.incrementAndGet();
  }

  @Override
  public void raiseError(Exception e) {
    raised.add(e);
  }

  @Override
  public PluginMetrics pluginMetrics() {
    throw new UnsupportedOperationException("the connector counts nothing, its tasks do");
  }
}
