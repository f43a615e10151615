package io.varve.connect.source;

import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceSettings;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log what is legal but seldom meant. */
final class Advice {

  private static final Logger log = LoggerFactory.getLogger(Advice.class);

  private static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

  private Advice() {}

  static void log(SourceSettings settings, Map<String, String> props) {
    if (!props.containsKey("header.converter")) {
      log.warn(
          "header.converter is not set, so that the worker's is used. Connect's default writes bytes in"
              + " headers as base64 text; to replay headers byte for byte, set header.converter={}",
          BYTES);
    }
    if (settings.mode().follows() && settings.topicFormat().expand("s").equals("s")) {
      log.warn(
          "topic.format is ${stream}: if a sink in this cluster archives these topics into this store,"
              + " every event will come round again for ever{}",
          settings.mode() == Mode.SCHEDULED ? ", each time with its delay" : "");
    }
    if (!settings.topicFormat().distinguishes()) {
      log.info(
          "topic.format has no ${stream}: all streams are replayed into {}",
          settings.topicFormat());
    }
  }
}
