package io.varve.cluster;

/** A Connect worker answered a request with an error. */
public final class RestException extends ClusterException {
  private static final long serialVersionUID = 1L;

  private final int status;

  RestException(int status, String message) {
    super(message);
    this.status = status;
  }

  /**
   * The HTTP status: 400 bad request, 404 unknown connector, 409 rebalance or conflict, 500 the
   * worker failed.
   */
  public int status() {
    return status;
  }
}
