package io.varve.flink.state.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.flink.state.BrokenDisk;
import io.varve.flink.state.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.state.InternalCheckpointListener;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job of one subtask, checkpointed and restored, in which one call of checkpoint storage fails,
 * or the local disk from one call on: for each call that there is. The job goes on from its last
 * checkpoint and has what it had then, and nothing is left of what failed: no thread, no file, no
 * memory, no stream.
 */
class EveryCallTest {
  /** All calls of checkpoint storage are many: in each build every fifth. */
  private static final int STEP = Boolean.getBoolean("nightly") ? 1 : 5;

  private static final int KEYS = 1200;
  private static final long MEMORY_BYTES = 1 << 20;
  private static final KeyGroupRange RANGE = KeyGroupRange.of(0, 3);
  private static final Declared TEXTS = new Declared("texts", Kind.TEXT, false, null);

  @SuppressWarnings("unchecked")
  private static final Keys<Long> LONGS = (Keys<Long>) Keys.of(0);

  @TempDir Path folder;

  /** Tests of Flink's in the same process leave backends open. */
  private final Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());

  private final BrokenDisk disk = new BrokenDisk();
  private final Vault vault = new Vault(false, true);
  private SharedStateRegistry registry = new SharedStateRegistryImpl();
  private int failures;

  private Task<Long> task;
  private Map<Long, Integer> contents = new HashMap<>();
  private KeyedStateHandle confirmed;
  private Map<Long, Integer> confirmedContents = Map.of();

  private Task<Long> start() throws Exception {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    Side side =
        Side.of(
            "subject",
            () -> Subject.backend(settings, disk),
            vault,
            new Clock(),
            folder,
            MEMORY_BYTES,
            Set.of());
    List<KeyedStateHandle> handles = confirmed == null ? List.of() : List.of(confirmed);
    contents = new HashMap<>(confirmedContents);
    return new Task<>(side, LONGS, 4, RANGE, handles, (CloseableRegistry open) -> {});
  }

  private static String text(long key, int version) {
    return (key + " in version " + version + " ").repeat(30);
  }

  @SuppressWarnings("unchecked")
  private ValueState<String> at(long key) throws Exception {
    task.backend().setCurrentKey(key);
    ValueState<String> state = (ValueState<String>) task.state(TEXTS);
    ((InternalKvState<?, VoidNamespace, ?>) state).setCurrentNamespace(VoidNamespace.INSTANCE);
    return state;
  }

  private void write(int from, int to, int version) throws Exception {
    for (long key = from; key < to; key++) {
      at(key).update(text(key, version));
      contents.put(key, version);
    }
  }

  private void check() throws Exception {
    for (long key = 0; key < KEYS; key++) {
      Integer version = contents.get(key);
      assertThat(at(key).value())
          .as("key %s", key)
          .isEqualTo(version == null ? null : text(key, version));
    }
  }

  /** Confirms it if told to; otherwise it is aborted after it was written. */
  private void checkpoint(long id, boolean confirm) throws Exception {
    var part = task.snapshot(id, Checkpoint.Type.CHECKPOINT);
    Map<Long, Integer> then = new HashMap<>(contents);
    part.run();
    KeyedStateHandle handle;
    try {
      handle = part.get().getJobManagerOwnedSnapshot();
    } catch (ExecutionException e) {
      task.listener().notifyCheckpointAborted(id);
      throw e;
    }
    if (!confirm) {
      handle.discardState();
      task.listener().notifyCheckpointAborted(id);
      return;
    }
    handle.registerSharedStates(registry, id);
    KeyedStateHandle before = confirmed;
    confirmed = handle;
    confirmedContents = then;
    if (before != null) {
      before.discardState();
    }
    registry.unregisterUnusedState(id);
    task.listener().notifyCheckpointComplete(id);
    ((InternalCheckpointListener) task.listener()).notifyCheckpointSubsumed(id - 1);
  }

  private interface Part {
    void run() throws Exception;
  }

  /** Does it; if that fails, the job is restored. */
  private void attempt(Part part) throws Exception {
    try {
      if (task == null) {
        task = start();
      }
      part.run();
    } catch (Exception e) {
      failures++;
      assertThat(e).hasStackTraceContaining("No space left on device");
      closeTask();
      disk.mend();
      task = start();
      check();
    }
  }

  private void closeTask() throws Exception {
    Task<Long> closing = task;
    task = null;
    if (closing != null) {
      closing.close();
    }
  }

  private void job() throws Exception {
    attempt(() -> write(0, 800, 1));
    attempt(() -> checkpoint(1, true));
    attempt(() -> write(700, KEYS, 2));
    attempt(() -> checkpoint(2, false));
    attempt(() -> write(0, 50, 3));
    attempt(() -> checkpoint(3, true));
    attempt(this::check);
    closeTask();
    attempt(this::check);
    attempt(() -> write(100, 150, 4));
    attempt(() -> checkpoint(4, true));
    closeTask();
    attempt(this::check);
    closeTask();
  }

  private void nothingIsLeft() throws Exception {
    if (confirmed != null) {
      confirmed.discardState();
    }
    registry.unregisterUnusedState(Long.MAX_VALUE);
    vault.settle(0, 0, "the end");
    try (var left = Files.list(folder)) {
      assertThat(left).as("folders of tasks").isEmpty();
    }
    await()
        .alias("threads")
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("varve-state")));
    registry = new SharedStateRegistryImpl();
    confirmed = null;
    confirmedContents = Map.of();
    failures = 0;
  }

  @Test
  void whicheverCallOfCheckpointStorageFailsTheJobGoesOn() throws Exception {
    int failing = 0;
    boolean came = true;
    int calls = 0;
    while (came) {
      calls += STEP;
      vault.trouble(
          calls,
          () -> {
            throw new IOException("No space left on device");
          });
      job();
      came = vault.endTrouble();
      failing += failures;
      nothingIsLeft();
    }
    assertThat(calls).as("calls of the job").isGreaterThan(30);
    assertThat(failing).as("calls whose failure was met").isGreaterThan(calls / STEP / 2);
  }

  @Test
  void whicheverCallTheLocalDiskIsFullAtTheJobGoesOn() throws Exception {
    int failing = 0;
    int calls = 0;
    do {
      calls++;
      disk.failFrom(calls);
      job();
      disk.mend();
      failing += failures;
      nothingIsLeft();
    } while (disk.hasFailed());
    assertThat(calls).as("calls of the job").isGreaterThan(20);
    assertThat(failing).as("calls whose failure was met").isGreaterThan(calls / 2);
  }
}
