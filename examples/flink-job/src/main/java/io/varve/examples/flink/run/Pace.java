package io.varve.examples.flink.run;

/**
 * How quickly events are read while nothing is done to the job: from the first time that some have
 * been to the last, as what a start takes is measured by itself.
 *
 * <p>Thread: confined to one.
 */
final class Pace {
  private long events;
  private double changedAt;
  private long firstEvents = -1;
  private double firstAt;

  Pace(long events, double at) {
    this.events = events;
    this.changedAt = at;
  }

  void see(long now, double at) {
    if (now == events) {
      return;
    }
    events = now;
    changedAt = at;
    if (firstEvents < 0) {
      firstEvents = now;
      firstAt = at;
    }
  }

  long events() {
    return events;
  }

  double changedAt() {
    return changedAt;
  }

  long measuredEvents() {
    return firstEvents < 0 ? 0 : events - firstEvents;
  }

  double measuredSeconds() {
    return firstEvents < 0 ? 0 : changedAt - firstAt;
  }
}
