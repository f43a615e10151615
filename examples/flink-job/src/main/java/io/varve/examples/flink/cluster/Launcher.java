package io.varve.examples.flink.cluster;

import java.io.IOException;
import java.util.Arrays;

/**
 * The main class of a child process: runs the main class that its first argument names, and halts
 * when the parent process is gone, however it went.
 *
 * <p>The parent holds the other end of standard input and never writes to it, so its end means the
 * end of the parent. Comes to the child in a jar of its own, so it must stay one class file that
 * needs nothing but the JDK.
 *
 * <p>Thread: main, plus one daemon that reads standard input.
 */
final class Launcher {
  /** What the child exits with when its parent is gone. */
  static final int PARENT_GONE = 86;

  private Launcher() {}

  public static void main(String[] args) throws Exception {
    Thread watch = new Thread(Launcher::haltWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void haltWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException closed) {
      System.err.println("standard input failed, taken for the end of the parent: " + closed);
    }
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
