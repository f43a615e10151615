package io.varve.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a worker says of a connector: its own state and that of each task. */
public record ConnectorStatus(String name, Instance connector, List<Task> tasks) {
  public ConnectorStatus {
    tasks = List.copyOf(tasks);
  }

  /** The state of the connector itself; {@code trace} is the stack trace of its failure. */
  public record Instance(
      String state, @JsonProperty("worker_id") String workerId, @Nullable String trace) {}

  /** The state of a task; {@code trace} is the stack trace of its failure. */
  public record Task(
      int id, String state, @JsonProperty("worker_id") String workerId, @Nullable String trace) {}

  /** Whether the connector and at least one task run, and no task does not. */
  public boolean isRunning() {
    return isIn("RUNNING") && !tasks.isEmpty();
  }

  /**
   * Whether the connector and all of its tasks are in {@code state}; a stopped connector has no
   * tasks.
   */
  public boolean isIn(String state) {
    return connector.state().equals(state)
        && tasks.stream().allMatch(task -> task.state().equals(state));
  }

  /** The stack trace of the first failure, null if nothing failed. */
  public @Nullable String failure() {
    if (connector.state().equals("FAILED")) {
      return Objects.requireNonNullElse(connector.trace(), "connector FAILED without a trace");
    }
    for (Task task : tasks) {
      if (task.state().equals("FAILED")) {
        return "task %d: %s"
            .formatted(
                task.id(), Objects.requireNonNullElse(task.trace(), "FAILED without a trace"));
      }
    }
    return null;
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(name).append(' ').append(connector.state()).append(", tasks [");
    for (Task task : tasks) {
      text.append(task.id() == tasks.get(0).id() ? "" : ", ")
          .append(task.id())
          .append(' ')
          .append(task.state());
    }
    return text.append(']').toString();
  }
}
