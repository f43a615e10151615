package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that are wrong: each error says which one, what it is, and what it should be. */
class BackendSettingsTest {
  @TempDir Path folder;

  private static Configuration with(String key, String value) {
    Configuration settings = new Configuration();
    settings.setString(key, value);
    return settings;
  }

  @ParameterizedTest
  @CsvSource({
    "state.backend.varve.local-dir, state.backend.varve.localdir",
    "state.backend.varve.timers, state.backend.varve.localdir",
    "state.backend.varve.timer-service.factorY, state.backend.varve.timer-service.factory",
    "state.backend.varve.memory.fixed-per-slots, state.backend.varve.memory.fixed-per-slot"
  })
  void aSettingThatThereIsNotIsRefusedAndTheNearestNamed(String unknown, String near) {
    assertThatThrownBy(() -> Subject.backend(with(unknown, "1")))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("There is no setting " + unknown)
        .hasMessageContaining("Did you mean " + near);
  }

  @ParameterizedTest
  @CsvSource({
    "state.backend.varve.timer-service.factory, ROCKS",
    "state.backend.varve.memory.fixed-per-slot, much",
    "state.backend.varve.memory.fixed-per-slot, -1",
    "state.backend.varve.localdir, var/state",
    "state.backend.varve.localdir, hdfs://host/state",
    "state.backend.varve.localdir, 's3://bucket/state'",
    "state.backend.varve.localdir, ' '",
    "state.backend.varve.localdir, '/a,,/b'"
  })
  void aValueThatIsNoneIsRefusedWithTheNameOfItsSetting(String key, String value) {
    assertThatThrownBy(() -> Subject.backend(with(key, value)))
        .isInstanceOfAny(IllegalArgumentException.class, IllegalConfigurationException.class)
        .satisfiesAnyOf(
            e -> assertThat(e).message().contains(key),
            e -> assertThat(e).cause().message().contains(key));
  }

  @Test
  void aFolderElsewhereIsNamedWhole() {
    assertThatThrownBy(
            () -> Subject.backend(with("state.backend.varve.localdir", "/a,hdfs://host:9/state")))
        .hasMessage(
            "The folder hdfs://host:9/state of state.backend.varve.localdir is not on a local file"
                + " system");
  }

  @Test
  void lessMemoryThanAnOperatorNeedsIsRefusedWhenTheTaskStarts() {
    assertThatThrownBy(() -> start(with("state.backend.varve.memory.fixed-per-slot", "64 kb")))
        .hasStackTraceContaining("A slot has 65536 bytes of memory for state")
        .hasStackTraceContaining("Raise state.backend.varve.memory.fixed-per-slot");
  }

  @Test
  void aFolderThatIsNotThereIsMade() throws Exception {
    Path wanted = folder.resolve("a").resolve("b");
    start(with("state.backend.varve.localdir", wanted.toString()));
    assertThat(wanted).isDirectory().isEmptyDirectory();
  }

  @Test
  void aFileWhereAFolderShouldBeIsNamedWithTheSetting() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> start(with("state.backend.varve.localdir", file.toString())))
        .hasStackTraceContaining("Cannot make a folder for state in any of [" + file + "]")
        .hasStackTraceContaining("set by state.backend.varve.localdir and must be writable");
    assertThat(file).isRegularFile();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithTheSetting() throws IOException {
    Path locked = folder.resolve("locked");
    Files.createDirectory(
        locked, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
    // Root may write anywhere, but not everywhere.
    String path = Files.isWritable(locked) ? "/proc/self" : locked.toString();
    assertThatThrownBy(() -> start(with("state.backend.varve.localdir", path)))
        .hasStackTraceContaining("Cannot make a folder for state in any of [" + path + "]")
        .hasStackTraceContaining("set by state.backend.varve.localdir and must be writable");
  }

  @Test
  void ofSeveralFoldersOneThatCanBeWrittenIsEnough() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Path good = folder.resolve("good");
    for (int times = 0; times < 8; times++) {
      start(with("state.backend.varve.localdir", file + "," + good));
    }
    assertThat(good).isEmptyDirectory();
  }

  /** Opens a backend and closes it again. */
  private static void start(Configuration settings) throws Exception {
    StateBackend backend = Subject.backend(settings);
    try (MockEnvironment environment = MockEnvironment.builder().build()) {
      CheckpointableKeyedStateBackend<Long> made =
          backend.createKeyedStateBackend(
              new KeyedStateBackendParametersImpl<>(
                  environment,
                  new JobID(),
                  "operator",
                  LongSerializer.INSTANCE,
                  4,
                  KeyGroupRange.of(0, 3),
                  environment.getTaskKvStateRegistry(),
                  TtlTimeProvider.DEFAULT,
                  new UnregisteredMetricsGroup(),
                  (name, value) -> {},
                  List.of(),
                  new CloseableRegistry(),
                  1.0));
      made.close();
      made.dispose();
    }
  }
}
