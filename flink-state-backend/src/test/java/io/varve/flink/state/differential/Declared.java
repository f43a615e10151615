package io.varve.flink.state.differential;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.StateTtlConfig.StateVisibility;
import org.apache.flink.api.common.state.StateTtlConfig.UpdateType;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * A state that a history has.
 *
 * @param windowed whether its namespaces are windows; otherwise it has but the void one
 * @param ttl how it expires; null when it does not
 */
record Declared(String name, Kind kind, boolean windowed, StateTtlConfig ttl) {
  static final int WINDOWS = 6;
  private static final List<TimeWindow> SOME_WINDOWS =
      IntStream.range(0, WINDOWS).mapToObj(i -> new TimeWindow(i * 100L - 200, i * 100L)).toList();

  static Declared any(int number, Dice dice) {
    Kind kind = Kind.values()[number % Kind.values().length];
    boolean windowed = kind.merges() || dice.oneIn(2);
    StateTtlConfig ttl = dice.oneIn(3) ? anyTtl(dice) : null;
    return new Declared(
        kind + (windowed ? " of windows " : " ") + number + (ttl == null ? "" : " expiring"),
        kind,
        windowed,
        ttl);
  }

  /**
   * What is to be seen until it is cleaned up can only be compared while nothing cleans up
   * unbidden.
   */
  private static StateTtlConfig anyTtl(Dice dice) {
    boolean seen = dice.oneIn(2);
    StateTtlConfig.Builder ttl =
        StateTtlConfig.newBuilder(Duration.ofMillis(100))
            .setUpdateType(dice.oneIn(2) ? UpdateType.OnCreateAndWrite : UpdateType.OnReadAndWrite)
            .setStateVisibility(
                seen
                    ? StateVisibility.ReturnExpiredIfNotCleanedUp
                    : StateVisibility.NeverReturnExpired);
    return (seen || dice.oneIn(2) ? ttl.disableCleanupInBackground() : ttl).build();
  }

  /** A new one: descriptors hold serializers, that no two backends share. */
  StateDescriptor<?, ?> descriptor() {
    StateDescriptor<?, ?> descriptor = kind.descriptor(name);
    if (ttl != null) {
      descriptor.enableTimeToLive(ttl);
    }
    return descriptor;
  }

  @SuppressWarnings("unchecked")
  TypeSerializer<Object> namespaceSerializer() {
    TypeSerializer<?> serializer =
        windowed ? new TimeWindow.Serializer() : VoidNamespaceSerializer.INSTANCE;
    return (TypeSerializer<Object>) serializer;
  }

  Object namespace(Dice dice) {
    return windowed ? SOME_WINDOWS.get(dice.skewed(WINDOWS)) : VoidNamespace.INSTANCE;
  }

  List<?> namespaces() {
    return windowed ? SOME_WINDOWS : List.of(VoidNamespace.INSTANCE);
  }

  /** Whether something may clean up, so that only what expiry leaves can be compared. */
  boolean expires() {
    return ttl != null;
  }
}
