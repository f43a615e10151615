package io.varve.flink.state.keyed;

import io.varve.state.ValueTable;
import java.io.IOException;
import java.util.Collection;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.runtime.state.internal.InternalMergingState;
import org.jspecify.annotations.Nullable;

/**
 * A value that what is added is folded into.
 *
 * <p>Thread: the task's.
 *
 * @param <A> what is kept
 */
abstract class StoredFold<K, N, T, A, R> extends SingleValue<K, N, A>
    implements InternalMergingState<K, N, T, A, R> {

  StoredFold(
      Scope<K> scope, RegisteredKeyValueStateBackendMetaInfo<N, A> registered, ValueTable table) {
    super(scope, registered, table);
  }

  /** Two that were folded apart, as one. */
  abstract A merge(A one, A other) throws Exception;

  @Override
  public final @Nullable A getInternal() throws IOException {
    return load();
  }

  @Override
  public final void updateInternal(@Nullable A folded) throws IOException {
    if (folded == null) {
      clear();
    } else {
      store(folded);
    }
  }

  @Override
  public final void mergeNamespaces(N target, @Nullable Collection<N> sources) throws Exception {
    if (sources == null) {
      return;
    }
    A merged = null;
    for (N source : sources) {
      if (source != null) {
        setCurrentNamespace(source);
        A folded = load();
        if (folded != null) {
          clear();
          merged = merged == null ? folded : merge(merged, folded);
        }
      }
    }
    setCurrentNamespace(target);
    if (merged != null) {
      A folded = load();
      updateInternal(folded == null ? merged : merge(folded, merged));
    }
  }
}
