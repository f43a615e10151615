package io.varve.flink.state.differential;

/** How a job goes on from its checkpoints. */
final class Recovery {

  private Recovery() {}

  /** As after a failure: from a checkpoint, with as many subtasks. */
  static void restore(Job<?> job) throws Exception {
    Checkpoint checkpoint = job.checkpoints().any();
    if (checkpoint != null) {
      job.restore(checkpoint, job.subtasks().size());
      Contents.compareAll(job);
    }
  }

  static void rescale(Job<?> job) throws Exception {
    Checkpoint checkpoint = job.checkpoints().any();
    if (checkpoint != null) {
      job.restore(checkpoint, job.anyParallelism());
      Contents.compareAll(job);
    }
  }

  /** By a canonical savepoint, that the other one wrote. */
  static void swap(Job<?> job) throws Exception {
    Checkpoints checkpoints = job.checkpoints();
    Checkpoint savepoint = checkpoints.takeNow(job.subtasks(), Checkpoint.Type.CANONICAL_SAVEPOINT);
    job.restore(savepoint.swapped(), job.anyParallelism());
    Contents.compareAll(job);
    savepoint.discard();
  }
}
