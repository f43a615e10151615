package io.varve.testkit;

import io.varve.event.StreamPartition;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What must be true of a store: that of each of its logs. */
public final class StoreModel {

  private final Map<StreamPartition, LogModel> logs = new LinkedHashMap<>();

  /** One log, empty at first. */
  public LogModel log(StreamPartition name) {
    return logs.computeIfAbsent(name, some -> new LogModel());
  }

  /** The logs that somebody has asked for. */
  public Set<StreamPartition> logs() {
    return new LinkedHashSet<>(logs.keySet());
  }

  /** The same, which goes another way from now on. */
  public StoreModel copy() {
    StoreModel copy = new StoreModel();
    logs.forEach((name, log) -> copy.logs.put(name, log.copy()));
    return copy;
  }
}
