package io.varve.event;

/** Who set an event's timestamp. The ordinals stand on disk: add at the end only. */
public enum TimestampType {
  /** The event has no timestamp; its {@code timestampMs} is {@link Event#NO_TIMESTAMP}. */
  NONE,
  /** The producer, at creation. */
  CREATE,
  /** The broker, when it appended the event. */
  LOG_APPEND
}
