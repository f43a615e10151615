package io.varve.flink.state;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendFactory;

/** For jobs: the subject on one disk that a test can break. */
public final class BrokenDiskBackendFactory implements StateBackendFactory<StateBackend> {
  static final BrokenDisk DISK = new BrokenDisk();

  @Override
  public StateBackend createFromConfig(ReadableConfig config, ClassLoader classes) {
    return new VarveStateBackend().configure(config, classes).on(folder -> DISK.over(folder));
  }
}
