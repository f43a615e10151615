package io.varve.flink.state;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackendFactory;

/**
 * Makes the state backend that a configuration asks for by {@code state.backend.type:
 * io.varve.flink.state.VarveStateBackendFactory}. Flink loads it by that name, in every process.
 */
public final class VarveStateBackendFactory implements StateBackendFactory<VarveStateBackend> {

  @Override
  public VarveStateBackend createFromConfig(ReadableConfig config, ClassLoader classLoader) {
    return new VarveStateBackend().configure(config, classLoader);
  }
}
