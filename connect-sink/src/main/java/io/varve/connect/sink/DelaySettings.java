package io.varve.connect.sink;

import io.varve.connect.common.config.Choices;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.jspecify.annotations.Nullable;

/**
 * Where records say when they are to be delivered, and how.
 *
 * @param parts those that are looked for
 */
record DelaySettings(Map<DelayPart, RecordPart> parts) {

  static final String ENABLED = "delay.enabled";
  private static final String GROUP = "Delayed events";
  private static final Choices YES_OR_NO = Choices.of("true", "false");

  DelaySettings {
    parts = Collections.unmodifiableMap(new EnumMap<>(parts));
  }

  static ConfigDef define(ConfigDef config) {
    config.define(
        ENABLED,
        Type.BOOLEAN,
        false,
        YES_OR_NO,
        Importance.MEDIUM,
        "Whether records may say when they are to be delivered: in the headers deliver.at or"
            + " deliver.after, schedule.id, schedule.cron, deliver.topic and deliver.key, or where"
            + " the following settings say. Such an event is stored at once, and a source with"
            + " mode=scheduled delivers it when it is due. Without these headers an event is stored"
            + " as ever. One whose headers can't be understood goes to the dead letter queue when"
            + " the connector has one, and fails the task otherwise. With false nobody looks.",
        GROUP,
        1,
        Width.SHORT,
        "Delayed events",
        List.of(),
        YES_OR_NO);
    for (DelayPart part : DelayPart.values()) {
      config.define(
          part.setting(),
          Type.STRING,
          part.defaultPlace(),
          RecordPart.validator(),
          Importance.LOW,
          part.documentation() + " Empty: nowhere.",
          GROUP,
          2 + part.ordinal(),
          Width.MEDIUM,
          "Where " + part.headerName() + " stands");
    }
    return config;
  }

  /** Null if nobody is to look. */
  static @Nullable DelaySettings of(AbstractConfig config) {
    if (!config.getBoolean(ENABLED)) {
      return null;
    }
    Map<DelayPart, RecordPart> parts = new EnumMap<>(DelayPart.class);
    for (DelayPart part : DelayPart.values()) {
      String text = Objects.requireNonNull(config.getString(part.setting()));
      RecordPart place = RecordPart.of(part.setting(), text);
      if (place != null) {
        parts.put(part, place);
      }
    }
    return new DelaySettings(parts);
  }
}
