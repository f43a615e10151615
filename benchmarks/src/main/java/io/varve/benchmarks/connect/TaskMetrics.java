package io.varve.benchmarks.connect;

import io.varve.cluster.JmxMetrics;
import io.varve.cluster.RestException;
import io.varve.cluster.Worker;

/** What the worker tells of a connector's only task. Thread: confined to one. */
final class TaskMetrics implements AutoCloseable {

  private final Worker worker;
  private final String connector;
  private final JmxMetrics metrics;
  private final String bean;
  private boolean there;

  /**
   * @param kind sink or source
   */
  TaskMetrics(Worker worker, String kind, String connector) {
    this.worker = worker;
    this.connector = connector;
    this.metrics = worker.metrics();
    this.bean = "kafka.connect:type=%s-task-metrics,connector=%s,task=0".formatted(kind, connector);
  }

  /** The value of a counter; 0 while there is no task. */
  long count(String attribute) {
    if (!there) {
      there = metrics.names(bean).size() == 1;
    }
    if (!there) {
      checkStatus();
      return 0;
    }
    return (long) metrics.number(bean, attribute);
  }

  private void checkStatus() {
    String failure;
    try {
      failure = worker.rest().status(connector).failure();
    } catch (RestException notYetKnown) {
      return;
    }
    if (failure != null) {
      throw new IllegalStateException("Connector " + connector + " failed: " + failure);
    }
  }

  @Override
  public void close() {
    metrics.close();
  }
}
