package io.varve.flink.state;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackendFactory;

/**
 * Makes Varve's state backend. A job's configuration names it: {@code state.backend.type:
 * io.varve.flink.state.VarveStateBackendFactory}.
 */
public final class VarveStateBackendFactory implements StateBackendFactory<VarveStateBackend> {

  /** Flink makes one. */
  public VarveStateBackendFactory() {}

  @Override
  public VarveStateBackend createFromConfig(ReadableConfig config, ClassLoader classLoader) {
    return new VarveStateBackend().configure(config, classLoader);
  }
}
