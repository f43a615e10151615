package io.varve.backup;

/** Who is told how far a backup, a restore or a verification is, and may end it. */
@FunctionalInterface
public interface Progress {

  /** Nobody is told, and nothing is ended. */
  Progress NONE = status -> true;

  /**
   * Is called now and then, by the thread that works, after each megabyte or so.
   *
   * @return false to end the work, which then throws {@link
   *     java.util.concurrent.CancellationException}
   */
  boolean proceed(Status status);

  /**
   * How far the work is.
   *
   * @param file what is being worked on
   * @param bytesDone bytes that were copied or checked, or found to be there already
   * @param bytesTotal bytes of all that there is to do
   * @param elapsedMs since the work began, milliseconds
   */
  record Status(String file, long bytesDone, long bytesTotal, long elapsedMs) {

    /** Bytes per second since the work began, 0 while none has passed. */
    public long bytesPerSecond() {
      return elapsedMs == 0 ? 0 : (long) (bytesDone * 1000.0 / elapsedMs);
    }
  }
}
