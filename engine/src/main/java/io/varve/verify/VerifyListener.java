package io.varve.verify;

/** Is told how a check gets on. Called by the thread that checks. */
public interface VerifyListener {

  /** Does nothing. */
  VerifyListener NONE = (bytesDone, bytesTotal) -> {};

  /**
   * Called after each batch.
   *
   * @param bytesDone bytes of segments that are checked
   * @param bytesTotal bytes of segments that there were to check when it began
   */
  void advanced(long bytesDone, long bytesTotal);
}
