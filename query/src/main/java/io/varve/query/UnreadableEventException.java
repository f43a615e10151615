package io.varve.query;

import io.varve.event.StreamPartition;

/** A value that a filter needs and that can't be read. Nothing was passed over. */
public final class UnreadableEventException extends RuntimeException {

  private final StreamPartition log;
  private final long offset;

  UnreadableEventException(StreamPartition log, long offset, String part, String why) {
    super(
        "The "
            + part
            + " of the event at offset "
            + offset
            + " of "
            + log
            + " can't be read: "
            + why
            + ". Bring back what is missing, or leave the event out by its offset");
    this.log = log;
    this.offset = offset;
  }

  public StreamPartition log() {
    return log;
  }

  public long offset() {
    return offset;
  }
}
