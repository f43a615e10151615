package io.varve.flink.state.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;

/**
 * Checkpoints and restores of the subject's that fail or are cancelled half way. The reference does
 * not hear of them: nothing may come of them but an exception, nor stay of them.
 */
final class Trouble {
  private static final int CALLS_MAX = 400;

  private Trouble() {}

  /** At some call of what the checkpoint is written to. */
  static <K> void failCheckpoint(Job<K> job) throws Exception {
    checkpoint(
        job,
        part -> {
          throw new IOException("The disk of the checkpoint is full");
        });
  }

  /** In the middle of writing, from whatever thread writes. */
  static <K> void cancelCheckpoint(Job<K> job) throws Exception {
    checkpoint(job, part -> part.cancel(true));
  }

  private interface Blow {
    void to(RunnableFuture<?> part) throws IOException;
  }

  private static <K> void checkpoint(Job<K> job, Blow blow) throws Exception {
    job.checkpoints().settle();
    Vault vault = job.subject().vault();
    int kept = vault.size();
    int open = vault.open();
    long id = job.checkpoints().nextId();
    Checkpoint.Type type = job.dice().of(List.of(Checkpoint.Type.values()));
    Task<K> task = job.dice().of(job.subtasks()).subject();
    int calls = calls(job.dice());
    job.chronicle().note("trouble at call " + calls + " of " + type + " " + id);
    RunnableFuture<SnapshotResult<KeyedStateHandle>> part = task.snapshot(id, type);
    vault.trouble(calls, () -> blow.to(part));
    part.run();
    boolean came = vault.endTrouble();
    Thread.interrupted();
    KeyedStateHandle handle = null;
    try {
      handle = part.get().getJobManagerOwnedSnapshot();
      job.chronicle().note("written all the same, after trouble: " + came);
    } catch (ExecutionException | CancellationException e) {
      if (!came) {
        throw e;
      }
      job.chronicle().note("failed: " + e);
    }
    if (handle != null) {
      handle.discardState();
    }
    task.listener().notifyCheckpointAborted(id);
    if (type == Checkpoint.Type.CANONICAL_SAVEPOINT) {
      // Flink's own writer, that all backends have of it, doesn't look behind the last call whether
      // it was cancelled meanwhile: then nobody hears of the stream that it has closed.
      vault.letGo(Checkpoint.name(type, id));
    }
    if (job.subject().excuses().contains(Excuse.LEAVES_STREAMS_OF_FAILED_CHECKPOINTS)) {
      vault.letGo(Checkpoint.name(type, id));
    } else {
      vault.settle(open, kept, "a checkpoint with trouble");
    }
  }

  /** At some read of what is restored from. */
  static <K> void failRestore(Job<K> job) throws Exception {
    restore(
        job,
        reads -> {
          throw new IOException("The disk of the checkpoint can't be read");
        });
  }

  /** As of a task that is cancelled while it restores. */
  static <K> void cancelRestore(Job<K> job) throws Exception {
    restore(job, CloseableRegistry::close);
  }

  private interface Close {
    void on(CloseableRegistry registry) throws IOException;
  }

  private static <K> void restore(Job<K> job, Close close) throws Exception {
    Checkpoint checkpoint = job.checkpoints().any();
    if (checkpoint == null) {
      return;
    }
    job.checkpoints().settle();
    int parallelism = job.anyParallelism();
    KeyGroupRange range = job.range(parallelism, job.dice().below(parallelism));
    Vault vault = job.subject().vault();
    int calls = calls(job.dice());
    int kept = vault.size();
    int open = vault.open();
    job.chronicle().note("trouble at call " + calls + " of restore of " + checkpoint.id());
    AtomicReference<CloseableRegistry> registry = new AtomicReference<>();
    vault.trouble(calls, () -> close.on(registry.get()));
    try (Task<K> task =
        new Task<>(
            job.subject(),
            job.keys(),
            job.keyGroups(),
            range,
            Checkpoint.within(checkpoint.subject(), range),
            registry::set)) {
      boolean came = vault.endTrouble();
      job.chronicle().note("restored " + task.backend() + " after trouble: " + came);
    } catch (AssertionError e) {
      throw e;
    } catch (Exception e) {
      if (!vault.endTrouble()) {
        throw e;
      }
      job.chronicle().note("failed: " + e);
    }
    Thread.interrupted();
    if (checkpoint.type() == Checkpoint.Type.CANONICAL_SAVEPOINT) {
      // Flink's own reader, that all backends have of it, doesn't close what it fails in early.
      vault.letGoOfOpen();
      open = 0;
    }
    vault.settle(open, kept, "a restore with trouble");
    try (var folders = Files.list(job.subject().folder())) {
      long tasks = folders.count();
      job.chronicle().same(tasks, (long) job.subtasks().size(), "folders of the subject's tasks");
    }
  }

  private static int calls(Dice dice) {
    return 1 + dice.skewed(CALLS_MAX);
  }
}
