package io.varve.base;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A latch that keeps the first failure of a writer; every later call meets that same cause.
 *
 * <p>Thread: safe.
 */
public final class FirstFailure {

  private final AtomicReference<@Nullable VarveException> first = new AtomicReference<>();

  /** Something that may fail. */
  public interface Step {
    void run() throws IOException;
  }

  /**
   * Does {@code step}, unless something has failed before. If it fails itself, that is kept.
   *
   * @param doing what it does, for the message
   * @throws VarveException the first failure
   */
  public void attempt(String doing, Step step) {
    check();
    try {
      step.run();
    } catch (VarveException e) {
      throw set(e);
    } catch (IOException e) {
      throw set(new StoreFailedException(doing + " failed", e));
    } catch (RuntimeException | Error e) {
      set(new StoreFailedException(doing + " failed", e));
      throw e;
    }
  }

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
