package io.varve.flink.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredStateMetaInfoBase;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;

/**
 * The states of a backend by their names, each with the number of its table, in the order in which
 * they came.
 *
 * <p>Thread: the task's.
 */
final class States {

  /**
   * One of them.
   *
   * @param info what Flink keeps of it; its serializers change when it is registered anew
   */
  record Registered(RegisteredStateMetaInfoBase info, int table) {

    String name() {
      return info.getName();
    }

    Kind kind() {
      if (!(info instanceof RegisteredKeyValueStateBackendMetaInfo<?, ?> state)) {
        return Kind.TIMERS;
      }
      StateDescriptor.Type type = state.getStateType();
      return switch (type) {
        case LIST -> Kind.LIST;
        case MAP -> Kind.MAP;
        default -> Kind.VALUE;
      };
    }
  }

  /** What kind of table a state has. */
  enum Kind {
    VALUE,
    LIST,
    MAP,
    TIMERS
  }

  private final Map<String, Registered> byName = new LinkedHashMap<>();

  Registered get(String name) {
    return byName.get(name);
  }

  Collection<Registered> all() {
    return byName.values();
  }

  /** Adds a state, or takes what is told of it now. */
  Registered put(RegisteredStateMetaInfoBase info) {
    Registered known = byName.get(info.getName());
    Registered state = new Registered(info, known == null ? byName.size() + 1 : known.table());
    byName.put(info.getName(), state);
    return state;
  }

  /** The state that a snapshot tells of, as it is registered now, or as the snapshot has it. */
  Registered restored(StateMetaInfoSnapshot snapshot) {
    Registered known = byName.get(snapshot.getName());
    if (known != null) {
      return known;
    }
    RegisteredStateMetaInfoBase info =
        snapshot.getBackendStateType() == StateMetaInfoSnapshot.BackendStateType.PRIORITY_QUEUE
            ? new RegisteredPriorityQueueStateBackendMetaInfo<>(snapshot)
            : RegisteredStateMetaInfoBase.fromMetaInfoSnapshot(snapshot);
    return put(info);
  }

  /** What is known of the states at this moment. */
  Snapshot snapshot() {
    List<StateMetaInfoSnapshot> infos = new ArrayList<>();
    for (Registered state : byName.values()) {
      infos.add(state.info().snapshot());
    }
    return new Snapshot(infos, List.copyOf(byName.values()));
  }

  /** The states of one moment, and what is written of them. */
  record Snapshot(List<StateMetaInfoSnapshot> infos, List<Registered> states) {

    /** The tables of those kinds. */
    Set<Integer> tables(Kind... kinds) {
      Set<Integer> tables = new TreeSet<>();
      for (Registered state : states) {
        if (List.of(kinds).contains(state.kind())) {
          tables.add(state.table());
        }
      }
      return tables;
    }
  }
}
