package io.varve.flink.state.keyed;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredPriorityQueueStateBackendMetaInfo;
import org.apache.flink.runtime.state.RegisteredStateMetaInfoBase;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The states that there are, by name, and the number of each one's table. State of keys and timers
 * have names of their own.
 *
 * <p>Thread: the task's.
 */
public final class RegisteredStates {

  private static final int TABLES_MAX = 1 << 16;

  private final Map<Name, Registered> states = new LinkedHashMap<>();
  private final TreeSet<Integer> tables = new TreeSet<>();

  private record Name(boolean timers, String name) {}

  /** A state, and what is known of its serializers. */
  public static final class Registered {
    private final int table;
    private RegisteredStateMetaInfoBase meta;

    Registered(int table, RegisteredStateMetaInfoBase meta) {
      this.table = table;
      this.meta = meta;
    }

    public int table() {
      return table;
    }

    public RegisteredStateMetaInfoBase meta() {
      return meta;
    }

    /** Replaces what is known. */
    public void describe(RegisteredStateMetaInfoBase meta) {
      this.meta = meta;
    }

    public boolean isTimers() {
      return meta instanceof RegisteredPriorityQueueStateBackendMetaInfo;
    }

    public boolean isList() {
      return isOfType(org.apache.flink.api.common.state.StateDescriptor.Type.LIST);
    }

    public boolean isMap() {
      return isOfType(org.apache.flink.api.common.state.StateDescriptor.Type.MAP);
    }

    private boolean isOfType(org.apache.flink.api.common.state.StateDescriptor.Type type) {
      return meta instanceof RegisteredKeyValueStateBackendMetaInfo<?, ?> of
          && of.getStateType() == type;
    }
  }

  /** The state of keys of that name, if there is one. */
  public @Nullable Registered ofKeys(String name) {
    return states.get(new Name(false, name));
  }

  /** The timers of that name, if there are such. */
  public @Nullable Registered timers(String name) {
    return states.get(new Name(true, name));
  }

  /** A new state, with the first number that is free. */
  public Registered add(RegisteredStateMetaInfoBase meta) {
    int table = 0;
    while (tables.contains(table)) {
      table++;
    }
    if (table >= TABLES_MAX) {
      throw new IllegalStateException(
          "No room for state " + meta.getName() + ": an operator has up to " + TABLES_MAX);
    }
    Registered registered = new Registered(table, meta);
    tables.add(table);
    states.put(name(meta), registered);
    return registered;
  }

  /** The state that a snapshot tells of, added if it isn't there. */
  public Registered restored(StateMetaInfoSnapshot snapshot) {
    RegisteredStateMetaInfoBase meta =
        RegisteredKeyValueStateBackendMetaInfo.fromMetaInfoSnapshot(snapshot);
    Registered there = states.get(name(meta));
    return there == null ? add(meta) : there;
  }

  /** Forgets a state. */
  public void remove(Registered state) {
    states.remove(name(state.meta()));
    tables.remove(state.table());
  }

  private static Name name(RegisteredStateMetaInfoBase meta) {
    return new Name(meta instanceof RegisteredPriorityQueueStateBackendMetaInfo, meta.getName());
  }

  /** All, in the order in which they were added. */
  public Collection<Registered> all() {
    return states.values();
  }
}
