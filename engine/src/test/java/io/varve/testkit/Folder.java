package io.varve.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A folder as processes see it and as it is sure to be found. */
final class Folder extends Node {
  final Map<String, Node> live = new LinkedHashMap<>();
  final Map<String, Node> durable = new LinkedHashMap<>();
  final List<Change> pending = new ArrayList<>();

  void put(String name, Node node) {
    live.put(name, node);
    pending.add(new Change(name, node));
  }

  void remove(String name) {
    if (live.remove(name) != null) {
      pending.add(new Change(name, null));
    }
  }

  void sync() {
    pending.forEach(change -> change.applyTo(durable));
    pending.clear();
  }

  Map<String, List<Change>> changesByName() {
    Map<String, List<Change>> byName = new LinkedHashMap<>();
    for (Change change : pending) {
      byName.computeIfAbsent(change.name, name -> new ArrayList<>()).add(change);
    }
    return byName;
  }

  @Override
  long survivors() {
    long count = 1;
    for (List<Change> changes : changesByName().values()) {
      count = times(count, changes.size() + 1);
    }
    Set<Node> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
    nodes.addAll(durable.values());
    pending.stream().map(Change::node).filter(Objects::nonNull).forEach(nodes::add);
    for (Node node : nodes) {
      count = times(count, node.survivors());
    }
    return count;
  }

  /** An entry made, or taken away when {@code node} is null. */
  record Change(String name, Node node) {
    void applyTo(Map<String, Node> entries) {
      if (node == null) {
        entries.remove(name);
      } else {
        entries.put(name, node);
      }
    }
  }
}
