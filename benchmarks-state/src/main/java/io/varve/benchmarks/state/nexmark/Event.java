package io.varve.benchmarks.state.nexmark;

/** What happens in the auction house. Fields are public for Flink's serializer of plain objects. */
public abstract class Event {

  /** Unique among its kind. */
  public long id;

  /** When it happened, in milliseconds. */
  public long dateTime;

  /** Text of no meaning, as long as the workload has it. */
  public String extra = "";
}
