package io.varve.base;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A latch that keeps the first failure of a writer; every later call meets that same cause.
 *
 * <p>Thread: safe.
 */
public final class FirstFailure {

  private final AtomicReference<@Nullable VarveException> first = new AtomicReference<>();

  /** Keeps {@code failure} if it is the first, and returns the first. */
  public VarveException set(VarveException failure) {
    first.compareAndSet(null, failure);
    VarveException kept = first.get();
    return kept == null ? failure : kept;
  }

  /** The first failure, or null while there is none. */
  public @Nullable VarveException get() {
    return first.get();
  }

  /** Throws the first failure if there is one. */
  public void check() {
    VarveException failure = first.get();
    if (failure != null) {
      throw failure;
    }
  }
}
