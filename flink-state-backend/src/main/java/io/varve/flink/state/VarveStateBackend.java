package io.varve.flink.state;

import io.varve.flink.state.BackendSettings.Timers;
import java.io.IOException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.AbstractManagedMemoryStateBackend;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keyed state of a job in Varve's engine: in memory that is bounded and in local files
 * below it, with incremental checkpoints to whatever file system Flink checkpoints to.
 *
 * <p>Thread: immutable, but that Flink sets trackers when it makes it.
 */
public final class VarveStateBackend extends AbstractManagedMemoryStateBackend
    implements ConfigurableStateBackend {

  private static final long serialVersionUID = 1L;

  private final boolean incremental;
  private final LocalFolders folders;
  private final Timers timers;
  private final @Nullable Long memoryFixedBytes;
  private final int transferThreads;

  /** One that nothing has been set of. */
  public VarveStateBackend() {
    this.incremental = CheckpointingOptions.INCREMENTAL_CHECKPOINTS.defaultValue();
    this.folders = LocalFolders.of(null);
    this.timers = BackendSettings.TIMERS.defaultValue();
    this.memoryFixedBytes = null;
    this.transferThreads = BackendSettings.TRANSFER_THREADS.defaultValue();
  }

  private VarveStateBackend(VarveStateBackend original, ReadableConfig config) {
    BackendSettings.refuseUnknown(config);
    this.incremental = config.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS);
    this.folders =
        LocalFolders.of(config.getOptional(BackendSettings.LOCAL_DIRECTORIES).orElse(null));
    this.timers = config.get(BackendSettings.TIMERS);
    this.memoryFixedBytes =
        config
            .getOptional(BackendSettings.MEMORY_FIXED_PER_SLOT)
            .map(MemorySize::getBytes)
            .orElse(null);
    this.transferThreads = config.get(BackendSettings.TRANSFER_THREADS);
    if (transferThreads < 1) {
      throw new IllegalConfigurationException(
          BackendSettings.TRANSFER_THREADS.key()
              + " is "
              + transferThreads
              + "; it must be at least 1");
    }
    latencyTrackingConfigBuilder = original.latencyTrackingConfigBuilder.configure(config);
    sizeTrackingConfigBuilder = original.sizeTrackingConfigBuilder.configure(config);
  }

  private VarveStateBackend(VarveStateBackend original, LocalFolders folders) {
    this.incremental = original.incremental;
    this.folders = folders;
    this.timers = original.timers;
    this.memoryFixedBytes = original.memoryFixedBytes;
    this.transferThreads = original.transferThreads;
    latencyTrackingConfigBuilder = original.latencyTrackingConfigBuilder;
    sizeTrackingConfigBuilder = original.sizeTrackingConfigBuilder;
  }

  /** One that is set the same, whose local files are reached another way. */
  VarveStateBackend on(LocalFolders.Disk disk) {
    return new VarveStateBackend(this, folders.on(disk));
  }

  @Override
  public VarveStateBackend configure(ReadableConfig config, ClassLoader classLoader) {
    return new VarveStateBackend(this, config);
  }

  @Override
  public boolean useManagedMemory() {
    return memoryFixedBytes == null;
  }

  /** A checkpoint can send again what earlier ones have sent. */
  @Override
  public boolean supportsNoClaimRestoreMode() {
    return true;
  }

  @Override
  public boolean supportsSavepointFormat(SavepointFormatType format) {
    return true;
  }

  @Override
  public <K> AbstractKeyedStateBackend<K> createKeyedStateBackend(
      KeyedStateBackendParameters<K> parameters) throws IOException {
    return new KeyedBackendBuilder<>(
            parameters,
            new KeyedBackendBuilder.Settings(
                incremental, folders, timers, memoryFixedBytes, transferThreads),
            latencyTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
            sizeTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
            getCompressionDecorator(parameters.getEnv().getExecutionConfig()))
        .build();
  }

  /** State that has no keys is small: Flink's own backend keeps it. */
  @Override
  public OperatorStateBackend createOperatorStateBackend(OperatorStateBackendParameters parameters)
      throws Exception {
    return new DefaultOperatorStateBackendBuilder(
            parameters.getEnv().getUserCodeClassLoader().asClassLoader(),
            parameters.getEnv().getExecutionConfig(),
            true,
            parameters.getStateHandles(),
            parameters.getCancelStreamRegistry())
        .build();
  }

  @Override
  public String toString() {
    return "VarveStateBackend{incremental="
        + incremental
        + ", timers="
        + timers
        + ", folders="
        + folders
        + ", memory="
        + (memoryFixedBytes == null ? "managed" : memoryFixedBytes + " bytes a slot")
        + "}";
  }
}
