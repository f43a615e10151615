package io.varve.cluster;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program that starts a broker in a work folder, says so, and on the next line of its input keeps
 * it running or not, and exits without closing its cluster.
 */
final class ClusterParent {
  static final String LAUNCHED = "launched";

  private ClusterParent() {}

  public static void main(String[] args) throws IOException {
    LocalCluster cluster = LocalCluster.in(Path.of(args[0])).open();
    cluster.launchBroker();
    System.out.println(LAUNCHED);
    if (System.in.read() == 'k') {
      cluster.keepRunning();
    }
    System.exit(0);
  }
}
