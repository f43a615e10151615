package io.varve.verify;

import io.varve.base.CorruptionException;
import io.varve.event.StreamPartition;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it was written.
 *
 * @param file the file's path
 * @param position the byte in it at which the damaged structure begins
 * @param expected what should stand there
 * @param found what stands there
 * @param affected the events that can't be read or trusted, or null if every event can
 */
public record Problem(
    String file, long position, String expected, String found, @Nullable Affected affected) {

  /**
   * Events of one log.
   *
   * @param fromOffset the first offset
   * @param toOffset the last offset, {@link Long#MAX_VALUE} for the log's end
   */
  public record Affected(StreamPartition log, long fromOffset, long toOffset) {

    @Override
    public String toString() {
      return toOffset == Long.MAX_VALUE
          ? log + " from offset " + fromOffset
          : log + " offsets " + fromOffset + " to " + toOffset;
    }
  }

  static Problem of(CorruptionException e, @Nullable Affected affected) {
    return new Problem(e.file(), e.position(), e.expected(), e.found(), affected);
  }
}
