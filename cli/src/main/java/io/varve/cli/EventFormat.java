package io.varve.cli;

import io.varve.event.EventView;
import java.util.function.BiFunction;

/** How events are printed. */
enum EventFormat {
  TEXT,
  JSON;

  /**
   * What makes a line of a partition's event.
   *
   * @param several whether a line of text tells the partition
   */
  BiFunction<Integer, EventView, String> lines(StructuredValues structured, boolean several) {
    if (this == JSON) {
      return EventJson.alsoDecoded(structured)::write;
    }
    EventText text = new EventText(structured);
    return (partition, event) -> (several ? partition + "\t" : "") + text.write(event);
  }
}
