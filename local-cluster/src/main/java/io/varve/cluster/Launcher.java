package io.varve.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * The main class of a child process: runs a Kafka program and ends it when the parent process ends.
 *
 * <p>The parent holds the other end of this process's standard input and never writes to it, so end
 * of file means that the parent is gone, however it went (SIGKILL included), and the child halts.
 * One byte written there lets the child outlive its parent.
 *
 * <p>Arguments: {@code connect <worker.properties>} or {@code broker <server.properties> <cluster
 * id>}. The broker's storage is formatted in the same process, which saves the start of a second
 * JVM.
 *
 * <p>This class comes to the child alone, in a jar of its own, so that the class path holds nothing
 * of ours that a Connect worker could mistake for a plugin. So it must stay one class file that
 * needs nothing but the JDK at compile time.
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
    switch (args[0]) {
      case "connect" -> runMain("org.apache.kafka.connect.cli.ConnectDistributed", args[1]);
      case "broker" -> {
        format(args[1], args[2]);
        runMain("kafka.Kafka", args[1]);
      }
      default ->
          throw new IllegalArgumentException(
              "expected 'broker' or 'connect', found " + Arrays.toString(args));
    }
  }

  private static void haltWithParent() {
    try {
      if (System.in.read() >= 0) {
        return;
      }
    } catch (IOException closed) {
      System.err.println(
          "standard input failed, taken for the end of the parent process: " + closed);
    }
    Runtime.getRuntime().halt(PARENT_GONE);
  }

  /** Formats the storage folders; those formatted before are left as they are. */
  private static void format(String settings, String clusterId) throws Exception {
    String[] command = {"format", "--ignore-formatted", "-t", clusterId, "-c", settings};
    Object exit =
        Class.forName("kafka.tools.StorageTool")
            .getMethod("execute", String[].class, PrintStream.class)
            .invoke(null, command, System.out);
    if (!Integer.valueOf(0).equals(exit)) {
      throw new IllegalStateException(
          "StorageTool " + String.join(" ", command) + " ended with " + exit);
    }
  }

  private static void runMain(String mainClass, String... args) throws Exception {
    try {
      Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
