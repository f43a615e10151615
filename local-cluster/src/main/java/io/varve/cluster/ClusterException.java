package io.varve.cluster;

import org.jspecify.annotations.Nullable;

/** Something went wrong in a local cluster; the message says where the log is and what to do. */
public class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ClusterException(String message) {
    super(message);
  }

  public ClusterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
