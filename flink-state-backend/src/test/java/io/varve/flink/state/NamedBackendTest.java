package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.junit.jupiter.api.Test;

/** Flink's integration cases run with the subject, though they name another backend. */
class NamedBackendTest {

  @Test
  void aJobThatAsksForRocksDbGetsTheSubject() throws Exception {
    Configuration settings = new Configuration();
    settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    StateBackend found =
        StateBackendLoader.loadStateBackendFromConfig(settings, getClass().getClassLoader(), null);
    assertThat(found).hasSameClassAs(Subject.backend());
  }
}
