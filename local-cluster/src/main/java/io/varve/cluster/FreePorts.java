package io.varve.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hands out ports that nothing listens on.
 *
 * <p>They lie below the range from which Linux and macOS take the local ports of outgoing
 * connections, so that a port stays free for its owner while that is down between a kill and the
 * next start. No port is given twice in one JVM.
 *
 * <p>Thread: safe, guarded by the class.
 */
final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int COUNT = 10_000;
  private static final Set<Integer> GIVEN = new HashSet<>();

  private FreePorts() {}

  static synchronized int next() {
    for (int attempt = 0; attempt < COUNT; attempt++) {
      int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
      if (!GIVEN.contains(port) && isFree(port)) {
        GIVEN.add(port);
        return port;
      }
    }
    throw new ClusterException(
        "No free port on 127.0.0.1 in [%d, %d): end some of the processes that listen there."
            .formatted(FIRST, FIRST + COUNT));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
