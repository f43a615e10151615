package io.varve.cluster;

/** A connector or one of its tasks failed; the message has its stack trace. */
public final class ConnectorFailedException extends ClusterException {
  private static final long serialVersionUID = 1L;

  ConnectorFailedException(String message) {
    super(message);
  }
}
