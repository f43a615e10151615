package io.varve.flink.state;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.StateBackend;

/** The state backend under test: all tests that take any backend ask here for theirs. */
public final class Subject {

  private Subject() {}

  /** One that nothing has been set of. */
  public static ConfigurableStateBackend backend() {
    return new VarveStateBackend();
  }

  /** One whose local files are on a disk that can fail. */
  public static StateBackend backend(ReadableConfig settings, BrokenDisk disk) {
    return ((VarveStateBackend) backend(settings)).on(disk::over);
  }

  /** One that is set up as a job's configuration has it. */
  public static StateBackend backend(ReadableConfig settings) {
    return backend().configure(settings, Subject.class.getClassLoader());
  }
}
