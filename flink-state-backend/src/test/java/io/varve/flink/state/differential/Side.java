package io.varve.flink.state.differential;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.flink.runtime.state.SharedStateRegistry;
import org.apache.flink.runtime.state.SharedStateRegistryImpl;
import org.apache.flink.runtime.state.StateBackend;

/**
 * The subject or the reference of a job: what of it outlives its subtasks.
 *
 * @param backends gives each task its own, as Flink does
 * @param folder where its subtasks have theirs
 * @param memoryBytes managed memory of each subtask
 * @param excuses what is not held against it
 * @param registry what of checkpoints is shared among them
 */
record Side(
    String name,
    Supplier<StateBackend> backends,
    Vault vault,
    Clock clock,
    Path folder,
    long memoryBytes,
    Set<Excuse> excuses,
    SharedStateRegistry registry) {

  static Side of(
      String name,
      Supplier<StateBackend> backends,
      Vault vault,
      Clock clock,
      Path folder,
      long memoryBytes,
      Set<Excuse> excuses) {
    return new Side(
        name, backends, vault, clock, folder, memoryBytes, excuses, new SharedStateRegistryImpl());
  }
}
