package io.varve.flink.state;

import io.varve.io.PosixDirectory;
import io.varve.state.RestoredSnapshot;
import io.varve.state.StateMemory;
import io.varve.state.StateStore;
import io.varve.state.StateStoreSettings;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.AbstractManagedMemoryStateBackend;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.InternalKeyContext;
import org.apache.flink.runtime.state.InternalKeyContextImpl;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.StateSerializerProvider;
import org.apache.flink.runtime.state.StreamCompressionDecorator;

/**
 * Keeps the keyed state of a job in Varve's engine: in the slot's managed memory, and in local
 * files where it is larger. Operator and broadcast state are Flink's own.
 *
 * <p>Thread: safe; a task makes its backends by it.
 */
public final class VarveStateBackend extends AbstractManagedMemoryStateBackend
    implements ConfigurableStateBackend {

  private static final long serialVersionUID = 1L;

  private static final String MEMORY_TYPE = "state-varve-managed-memory";
  private static final String FIXED_MEMORY_TYPE = "state-varve-fixed-slot-memory";

  /** Null: the task manager's. */
  private final String localDirectories;

  /** 0: managed memory. */
  private final long memoryPerSlotBytes;

  /** Null: as the job's configuration says when it is known. */
  private final Boolean incremental;

  /** One that nothing has been set of. */
  public VarveStateBackend() {
    this.localDirectories = null;
    this.memoryPerSlotBytes = 0;
    this.incremental = null;
  }

  /** One that is as {@code original}, and where that says nothing, as the configuration says. */
  private VarveStateBackend(VarveStateBackend original, ReadableConfig config) {
    this.localDirectories =
        original.localDirectories != null
            ? original.localDirectories
            : config.getOptional(VarveOptions.LOCAL_DIRECTORIES).orElse(null);
    this.memoryPerSlotBytes =
        original.memoryPerSlotBytes != 0
            ? original.memoryPerSlotBytes
            : config.getOptional(VarveOptions.MEMORY_PER_SLOT).map(m -> m.getBytes()).orElse(0L);
    this.incremental =
        original.incremental != null
            ? original.incremental
            : config.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS);
    if (memoryPerSlotBytes != 0 && memoryPerSlotBytes < StateMemory.STORE_BYTES_MIN) {
      throw new IllegalConfigurationException(
          VarveOptions.MEMORY_PER_SLOT.key()
              + " is "
              + memoryPerSlotBytes
              + " bytes; a slot needs at least "
              + StateMemory.STORE_BYTES_MIN);
    }
    latencyTrackingConfigBuilder = original.latencyTrackingConfigBuilder.configure(config);
    sizeTrackingConfigBuilder = original.sizeTrackingConfigBuilder.configure(config);
  }

  @Override
  public VarveStateBackend configure(ReadableConfig config, ClassLoader classLoader) {
    return new VarveStateBackend(this, config);
  }

  @Override
  public boolean supportsNoClaimRestoreMode() {
    return true;
  }

  @Override
  public boolean supportsSavepointFormat(SavepointFormatType formatType) {
    return true;
  }

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
  public <K> AbstractKeyedStateBackend<K> createKeyedStateBackend(
      KeyedStateBackendParameters<K> parameters) throws IOException {
    Environment env = parameters.getEnv();
    BackendResources resources =
        new BackendResources(memory(env, parameters), folder(env, parameters));
    boolean built = false;
    try {
      AbstractKeyedStateBackend<K> backend = build(parameters, resources);
      built = true;
      return backend;
    } catch (BackendBuildingException e) {
      throw e;
    } catch (Exception e) {
      throw new BackendBuildingException(
          "Can't open the keyed state of " + parameters.getOperatorIdentifier(), e);
    } finally {
      if (!built) {
        resources.close();
      }
    }
  }

  private <K> AbstractKeyedStateBackend<K> build(
      KeyedStateBackendParameters<K> parameters, BackendResources resources) throws Exception {
    Environment env = parameters.getEnv();
    States states = new States();
    StateSerializerProvider<K> keySerializer =
        StateSerializerProvider.fromNewRegisteredSerializer(parameters.getKeySerializer());
    ClassLoader classLoader = env.getUserCodeClassLoader().asClassLoader();
    CloseableRegistry cancel = parameters.getCancelStreamRegistry();
    Restore<K> restore =
        new Restore<>(
            parameters.getKeyGroupRange(),
            parameters.getNumberOfKeyGroups(),
            classLoader,
            keySerializer,
            cancel,
            states);
    Restore.Result restored =
        restore.run(
            parameters.getStateHandles(), snapshots -> open(parameters, resources, snapshots));
    resources.own(restored.store());
    StreamCompressionDecorator compression = getCompressionDecorator(env.getExecutionConfig());
    InternalKeyContext<K> keyContext =
        new InternalKeyContextImpl<>(
            parameters.getKeyGroupRange(), parameters.getNumberOfKeyGroups());
    CheckpointStrategy checkpoints =
        new CheckpointStrategy(
            restored.store(),
            states,
            keySerializer.currentSchemaSerializer(),
            parameters.getKeyGroupRange(),
            incremental == null || incremental,
            restored.base());
    return new VarveKeyedStateBackend<>(
        new BackendParts<>(
            parameters.getKvStateRegistry(),
            keySerializer.currentSchemaSerializer(),
            classLoader,
            env.getExecutionConfig(),
            parameters.getTtlTimeProvider(),
            latencyTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
            sizeTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
            cancel,
            compression,
            keyContext,
            restored.store(),
            states,
            checkpoints,
            resources));
  }

  private static <K> StateStore open(
      KeyedStateBackendParameters<K> parameters,
      BackendResources resources,
      List<RestoredSnapshot> snapshots) {
    StateStoreSettings settings =
        new StateStoreSettings(
            parameters.getKeyGroupRange().getStartKeyGroup(),
            parameters.getKeyGroupRange().getEndKeyGroup(),
            UUID.randomUUID().toString());
    return StateStore.restore(
        settings,
        new PosixDirectory(resources.folder().toPath()),
        resources.memory().memory(),
        resources.memory().work(),
        snapshots);
  }

  private <K> OpaqueMemoryResource<SlotMemory> memory(
      Environment env, KeyedStateBackendParameters<K> parameters) throws IOException {
    try {
      if (memoryPerSlotBytes != 0) {
        return env.getMemoryManager()
            .getExternalSharedMemoryResource(
                FIXED_MEMORY_TYPE, SlotMemory::new, memoryPerSlotBytes);
      }
      return env.getMemoryManager()
          .getSharedMemoryResourceForManagedMemory(
              MEMORY_TYPE, SlotMemory::new, parameters.getManagedMemoryFraction());
    } catch (Exception e) {
      throw new IOException(
          "Can't get memory for state: give the task manager managed memory"
              + " (taskmanager.memory.managed.size or .fraction), or set "
              + VarveOptions.MEMORY_PER_SLOT.key(),
          e);
    }
  }

  private <K> File folder(Environment env, KeyedStateBackendParameters<K> parameters) {
    List<File> bases = new ArrayList<>();
    if (localDirectories == null) {
      bases.add(env.getTaskManagerInfo().getTmpWorkingDirectory());
    } else {
      for (String path : localDirectories.split(",|" + File.pathSeparator, -1)) {
        bases.add(new File(path.trim()));
      }
    }
    File base = bases.get(ThreadLocalRandom.current().nextInt(bases.size()));
    String operator = parameters.getOperatorIdentifier().replaceAll("[^a-zA-Z0-9\\-]", "_");
    return new File(
        base.getAbsoluteFile(),
        "job_" + env.getJobID() + "_op_" + operator + "_uuid_" + UUID.randomUUID());
  }
}
