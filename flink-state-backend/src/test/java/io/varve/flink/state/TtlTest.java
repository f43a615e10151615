package io.varve.flink.state;

import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.ttl.StateBackendTestContext;
import org.apache.flink.runtime.state.ttl.TtlStateTestBase;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * Flink's suite of state that expires, of all kinds.
 *
 * <p>It skips what is not asked of the subject: cleaning up a few keys at each access, which is for
 * backends that keep objects on the heap, and leaving out of a checkpoint what has expired; and
 * with each kind of state the tests of other kinds.
 */
class TtlTest extends TtlStateTestBase {

  @Override
  protected StateBackendTestContext createStateBackendTestContext(TtlTimeProvider clock) {
    return new StateBackendTestContext(clock) {
      @Override
      protected StateBackend createStateBackend() {
        return Subject.backend();
      }
    };
  }

  /** Checkpoints carry files as they are, with what has expired and is not compacted away yet. */
  @Override
  public boolean isSavepoint() {
    return false;
  }
}
