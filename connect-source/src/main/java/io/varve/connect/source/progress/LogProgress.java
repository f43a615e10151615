package io.varve.connect.source.progress;

/**
 * How far the replay of one log is.
 *
 * <p>Thread: written by one; the getters are safe from any.
 */
public final class LogProgress {

  private volatile long position;
  private volatile long end;

  /** Takes stock. */
  public void update(long nextPosition, long nextEnd) {
    position = nextPosition;
    end = nextEnd;
  }

  /** The first offset not yet replayed. */
  public long position() {
    return position;
  }

  /** Where the replay ends; in a tail, where the log ended when it was last looked at. */
  public long end() {
    return end;
  }

  /** How many offsets are left up to there. */
  public long lag() {
    return Math.max(0, end - position);
  }
}
