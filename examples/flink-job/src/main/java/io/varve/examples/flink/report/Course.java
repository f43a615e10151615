package io.varve.examples.flink.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How one job got on: how many events it had read, and what was done to it when.
 *
 * <p>Thread: confined to one.
 */
public final class Course {
  /** Events read by then, and on which backend. */
  public record Sample(double seconds, long events, Backend backend) {}

  /** Something that was done to the job, until all tasks ran again. */
  public record Outage(double fromSeconds, double toSeconds, String label) {}

  private final String name;
  private final List<Sample> samples = new ArrayList<>();
  private final List<Outage> outages = new ArrayList<>();

  public Course(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  public void add(Sample sample) {
    samples.add(sample);
  }

  public void add(Outage outage) {
    outages.add(outage);
  }

  List<Sample> samples() {
    return samples;
  }

  List<Outage> outages() {
    return outages;
  }
}
