package io.varve.simulation;

import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Point.LogCopy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What must be found of a store's named snapshots and of the points in its repository: those that
 * were made and that nobody has begun to take away. Others may be found too, from who died while
 * making one or taking one away.
 */
final class KeptModel {

  final Map<String, Kept> snapshots = new LinkedHashMap<>();
  final NavigableMap<Long, Kept> points = new TreeMap<>();

  /** Folders in which a point may have been restored, and what they hold then. */
  final Map<String, Kept> restored = new LinkedHashMap<>();

  private long number;

  /**
   * A snapshot or a point.
   *
   * @param files the logs' files, as a repository holds them
   * @param events what is in them
   */
  record Kept(List<LogCopy> files, Map<StreamPartition, List<Event>> events) {}

  /** A number that nothing else has. */
  long nextNumber() {
    return ++number;
  }

  /** The same, which goes another way from now on. */
  KeptModel copy() {
    KeptModel copy = new KeptModel();
    copy.snapshots.putAll(snapshots);
    copy.points.putAll(points);
    copy.restored.putAll(restored);
    copy.number = number;
    return copy;
  }
}
