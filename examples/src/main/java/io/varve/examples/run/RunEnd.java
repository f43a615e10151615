package io.varve.examples.run;

import io.varve.cluster.ClusterException;
import io.varve.examples.input.InputException;

/**
 * How a program's run ends: at Ctrl-C early, with what it has started; what went wrong is told, and
 * leaves its files to be looked into.
 *
 * <p>Thread: the run's, but for the end at Ctrl-C.
 */
public final class RunEnd {

  private final Screen screen;
  private final String program;
  private final String files;
  private final String processes;
  private volatile boolean ending;
  private volatile boolean finished;

  /**
   * In words:
   *
   * @param program what is run
   * @param files what is in its folder
   * @param processes what is running meanwhile
   */
  public RunEnd(Screen screen, String program, String files, String processes) {
    this.screen = screen;
    this.program = program;
    this.files = files;
    this.processes = processes;
  }

  /**
   * Has the run end at Ctrl-C; at a usual end there is nothing left to do then.
   *
   * @param close ends what the run has started; also twice
   */
  public void atInterrupt(WorkFolder folder, Runnable close) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  ending = true;
                  if (!finished) {
                    screen.end("interrupted: ending " + processes);
                  }
                  close.run();
                  folder.close();
                }));
  }

  /** Says that it came to its end. */
  public void finish() {
    finished = true;
  }

  /** Says that it came to its end, and keeps its files, in which may show what went wrong. */
  public void leaveBehind(WorkFolder folder) {
    finished = true;
    if (!ending) {
      folder.keep();
      screen.line(files + " are left in " + folder.path());
    }
  }

  /** Shows what went wrong, unless it did since the run was ended. */
  public void tell(Exception failure) {
    if (!ending) {
      String what =
          failure instanceof InputException || failure instanceof ClusterException
              ? String.valueOf(failure.getMessage())
              : failure.toString();
      screen.line(screen.bad(program + " cannot go on: ") + what);
    }
  }
}
