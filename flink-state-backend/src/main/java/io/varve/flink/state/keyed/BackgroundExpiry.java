package io.varve.flink.state.keyed;

import io.varve.base.Clock;
import io.varve.flink.state.keyed.RegisteredStates.Registered;
import io.varve.state.Expiry;
import io.varve.state.ListElements;
import io.varve.state.StateStore;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.MapSerializerSnapshot;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializerSnapshot;
import org.apache.flink.runtime.state.ttl.TtlStateFactory.TtlSerializerSnapshot;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/**
 * Tells the store which states have values that expire, as their descriptors say. Only of a state
 * whose serializer writes the time of the last access in front of each value, once all that is
 * stored has been written by it.
 *
 * <p>A state that is described twice in a run, by descriptors that differ, keeps its values as long
 * as the one that keeps them longer.
 *
 * <p>Thread: the task's.
 */
public final class BackgroundExpiry {

  /** In a map, behind the byte that tells null. */
  private static final int TIMESTAMP_AT_OF_MAPS = 1;

  private final StateStore store;
  private final Clock clock;

  /** By table, how long values live; of those that were told to the store. */
  private final Map<Integer, Long> told = new HashMap<>();

  BackgroundExpiry(StateStore store, TtlTimeProvider clock) {
    this.store = store;
    this.clock = new TtlClock(clock);
  }

  /** Flink's time for expiry, which tests may hold. */
  private record TtlClock(TtlTimeProvider time) implements Clock {
    @Override
    public long wallMs() {
      return time.currentTimestamp();
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }
  }

  /** Lets nothing of a state go any more, since its values are about to be written anew. */
  void stop(Registered state) {
    told.remove(state.table());
    expire(store, state, null);
  }

  /**
   * Lets values of the state go when they have expired, if that is wanted.
   *
   * @param serializer wrote all that is stored
   */
  void start(Registered state, TypeSerializer<?> serializer, StateTtlConfig ttl) {
    if (!TtlAwareSerializer.isSerializerTtlEnabled(serializer)) {
      stop(state);
      return;
    }
    long ttlMs = isWanted(ttl) ? ttl.getTimeToLive().toMillis() : Expiry.NEVER;
    Long before = told.get(state.table());
    if (before == null || ttlMs > before) {
      told.put(state.table(), ttlMs);
      Supplier<ListElements> elements =
          serializer instanceof ListSerializer<?> list
              ? StoredElements.of(list.getElementSerializer())
              : null;
      expire(store, state, new Expiry(timestampAt(state), ttlMs, clock, elements));
    }
  }

  /** Either kind of cleaning, of which there is one here; both are wanted if nothing is said. */
  private static boolean isWanted(StateTtlConfig ttl) {
    StateTtlConfig.CleanupStrategies wanted = ttl.getCleanupStrategies();
    return ttl.isEnabled()
        && (wanted.inRocksdbCompactFilter() || wanted.getIncrementalCleanupStrategy() != null);
  }

  /**
   * Has the store keep account of the times in what is about to be put into a state, which nobody
   * has described yet: so it finds what has expired when somebody does. Nothing goes by this.
   */
  public static void keepTimes(StateStore store, Registered state) {
    if (state.meta() instanceof RegisteredKeyValueStateBackendMetaInfo<?, ?> meta
        && hasTimes(meta.getPreviousStateSerializerSnapshot())) {
      // Nobody looks for elements of what doesn't expire.
      Supplier<ListElements> elements = state.isList() ? () -> (bytes, at, limit) -> -1 : null;
      expire(store, state, new Expiry(timestampAt(state), Expiry.NEVER, Clock.SYSTEM, elements));
    }
  }

  private static boolean hasTimes(@Nullable TypeSerializerSnapshot<?> written) {
    if (written instanceof ListSerializerSnapshot<?> list) {
      return hasTimes(list.getElementSerializerSnapshot());
    }
    if (written instanceof MapSerializerSnapshot<?, ?> map) {
      return hasTimes(map.getValueSerializerSnapshot());
    }
    return written instanceof TtlSerializerSnapshot<?>
        || (written instanceof TtlAwareSerializerSnapshot<?> aware && aware.isTtlEnabled());
  }

  private static int timestampAt(Registered state) {
    return state.isMap() ? TIMESTAMP_AT_OF_MAPS : 0;
  }

  private static void expire(StateStore store, Registered state, @Nullable Expiry expiry) {
    int table = state.table();
    if (state.isMap()) {
      store.expire(store.maps(table), expiry);
    } else if (state.isList()) {
      store.expire(store.lists(table), expiry);
    } else {
      store.expire(store.values(table), expiry);
    }
  }
}
