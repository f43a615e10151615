package io.varve.replay;

import io.varve.EventReader;
import io.varve.event.StreamPartition;
import io.varve.query.UnreadableEventException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition that the consumer reads: its position, or how one is to be found, and the reader that
 * follows it.
 *
 * <p>Thread: confined to the consumer's.
 */
final class AssignedPartition {

  private static final long UNKNOWN = -1;

  private final TopicPartition name;
  private long position = UNKNOWN;
  private @Nullable OffsetReset reset;
  private boolean paused;
  private long turnBytes;

  // The reader, the offset of the next event it will show, and whether it stands on that one.
  private @Nullable EventReader reader;
  private long readerAt;
  private boolean standing;

  AssignedPartition(TopicPartition name) {
    this.name = name;
  }

  TopicPartition name() {
    return name;
  }

  /** Whether it is known where to read. */
  boolean positioned() {
    return position != UNKNOWN;
  }

  /** The offset from which the next event is looked for; negative if it isn't known. */
  long position() {
    return position;
  }

  /** How the position is to be found, if somebody has said so; null if not. */
  @Nullable OffsetReset reset() {
    return reset;
  }

  /** Reads on at {@code offset}. */
  void seek(long offset) {
    position = offset;
    reset = null;
  }

  /** Forgets the position: it is to be found by {@code how}. */
  void requestReset(OffsetReset how) {
    position = UNKNOWN;
    reset = how;
  }

  boolean paused() {
    return paused;
  }

  void pause(boolean pause) {
    paused = pause;
  }

  /** Whether events are to be read from it now. */
  boolean fetchable() {
    return positioned() && !paused;
  }

  /** What a commit of it says. */
  OffsetAndMetadata consumed() {
    return new OffsetAndMetadata(position, "");
  }

  /** The reader, or null if there is none at hand. */
  @Nullable EventReader reader() {
    return reader;
  }

  /** Whether the reader has come to the position by reading, so that it is in the log. */
  boolean atHand() {
    return reader != null && readerAt == position;
  }

  /** Reads with what was opened at the position. */
  void readWith(EventReader opened) {
    reader = opened;
    readerAt = position;
    standing = false;
  }

  /**
   * Steps to the event at the position, or the first behind it that is wanted, unless the reader
   * stands there. If there is none the position moves on behind what was passed by.
   *
   * @return false if there is none for now, or the look for it is over
   * @throws UnreadableEventException if it can't be told whether an event is wanted; the position
   *     is at it then
   */
  boolean step(EventReader from, Look look) {
    if (readerAt != position) {
      from.seek(position);
      readerAt = position;
      standing = false;
    }
    if (!standing) {
      try {
        standing = from.next(look);
      } catch (UnreadableEventException e) {
        position = e.offset();
        readerAt = UNKNOWN;
        throw e;
      }
      if (!standing) {
        if (Thread.currentThread().isInterrupted()) {
          look.end();
        }
        passTo(from.position());
      }
    }
    return standing;
  }

  /** All events below {@code offset} have been passed by. */
  void passTo(long offset) {
    if (offset > position) {
      position = offset;
      readerAt = offset;
    }
  }

  /** The event that the reader stands on has been handed out. */
  void consume(long offset) {
    position = offset + 1;
    readerAt = position;
    standing = false;
  }

  /** How many bytes its turn has left. */
  long turnLeft(long share) {
    return Math.max(1, share - turnBytes);
  }

  /** It has given so many bytes; whether its turn, with {@code share} bytes in all, is over. */
  boolean endsTurn(long bytes, long share) {
    turnBytes += bytes;
    boolean over = turnBytes >= share;
    if (over) {
      turnBytes = 0;
    }
    return over;
  }

  /** Lets go of the log that it reads unless that is {@code log}. */
  void leaveOther(StreamPartition log) {
    EventReader open = reader;
    if (open != null && !open.log().equals(log)) {
      close();
    }
  }

  /** Lets go of the log. */
  void close() {
    EventReader open = reader;
    reader = null;
    standing = false;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public String toString() {
    return name + (positioned() ? " at " + position : "");
  }
}
