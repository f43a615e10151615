package io.varve.examples.run;

import io.varve.examples.input.EventSet;
import io.varve.examples.report.TimeRange;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What to run the demo with.
 *
 * @param project the folder of the project, in which everything is built
 * @param work an empty folder
 * @param topic the name of the topic to archive
 * @param pace how long to take over producing; zero for as fast as possible
 */
public record RunSettings(
    Path project, Path work, String topic, EventSet events, TimeRange slice, Duration pace) {

  static final int PARTITIONS = 4;

  String sliceTopic() {
    return topic + "-slice";
  }

  String allTopic() {
    return topic + "-all";
  }

  Path store() {
    return work.resolve("store");
  }
}
