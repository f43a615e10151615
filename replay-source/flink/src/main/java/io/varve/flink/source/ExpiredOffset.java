package io.varve.flink.source;

/** What to do when events that are still to be read are gone by retention. */
public enum ExpiredOffset {
  /** The job fails and says which offsets are gone. */
  FAIL,
  /** Reading goes on with the first event that is left; how many offsets are gone is logged. */
  EARLIEST
}
