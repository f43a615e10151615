package io.varve.examples.input;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;

/**
 * One release of a Debian source package.
 *
 * <p>Thread: immutable.
 *
 * @param distribution one or more names, separated by spaces
 * @param urgency lower case; {@code unknown} where none is given
 * @param released in UTC
 */
record Release(
    String packageName,
    String version,
    String distribution,
    String urgency,
    OffsetDateTime released) {

  /** By time; package and version make the order the same in every run. */
  static final Comparator<Release> BY_TIME =
      Comparator.comparing(Release::released)
          .thenComparing(Release::packageName)
          .thenComparing(Release::version);

  /** The value as it is produced: one JSON object. */
  String toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("package", packageName)
        .put("version", version)
        .put("distribution", distribution)
        .put("urgency", urgency)
        .put("released", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(released))
        .toString();
  }

  DemoEvent toEvent() {
    return new DemoEvent(
        released.toInstant().toEpochMilli(),
        Bytes.utf8(packageName),
        Bytes.utf8(toJson()),
        List.of(
            DemoEvent.Header.text("urgency", urgency),
            DemoEvent.Header.text("distribution", distribution)));
  }
}
