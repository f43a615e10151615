package org.apache.flink.state.rocksdb;

import io.varve.flink.state.Subject;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendFactory;

/**
 * Has a job that asks for {@code rocksdb} by that name get the subject.
 *
 * <p>Flink's integration cases name their backend, most of them deep in private methods; the name
 * leads Flink to the factory class of this name, and the tests' own classes come before Flink's
 * jars. So those cases run as they were published. RocksDB itself is still there for whoever asks
 * for its backend class.
 */
public final class EmbeddedRocksDBStateBackendFactory implements StateBackendFactory<StateBackend> {

  @Override
  public StateBackend createFromConfig(ReadableConfig settings, ClassLoader classLoader) {
    return Subject.backend(settings);
  }
}
