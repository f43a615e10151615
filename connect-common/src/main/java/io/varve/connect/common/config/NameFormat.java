package io.varve.connect.common.config;

import io.varve.event.StreamPartition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * A name made from another one by a pattern with a placeholder, such as {@code archive-${topic}}.
 * Streams and topics have the same legal names, so one check serves both.
 */
public final class NameFormat {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");

  /** What a name is made of. */
  public static final String LEGAL =
      "1 to 249 letters, digits, dots, underscores or hyphens, other than '.' and '..'";

  private final String setting;
  private final String format;
  private final String placeholder;

  private NameFormat(String setting, String format, String placeholder) {
    this.setting = setting;
    this.format = format;
    this.placeholder = "${" + placeholder + "}";
  }

  /**
   * The format that {@code setting} has.
   *
   * @param placeholder the one that is allowed, without its braces: {@code topic}
   * @throws ConfigException if it could never give a legal name
   */
  public static NameFormat of(String setting, String format, String placeholder) {
    Matcher found = PLACEHOLDER.matcher(format);
    while (found.find()) {
      if (!found.group(1).equals(placeholder)) {
        throw new ConfigException(
            setting, format, "expected no placeholder but ${" + placeholder + "}");
      }
    }
    NameFormat parsed = new NameFormat(setting, format, placeholder);
    // The shortest name that can be filled in, to see whether the rest is legal.
    if (!StreamPartition.isStreamName(parsed.fill("x"))) {
      throw new ConfigException(setting, format, "expected it to give names of " + LEGAL);
    }
    return parsed;
  }

  /** Whether a topic or stream can be called so. */
  public static boolean isLegal(String name) {
    return StreamPartition.isStreamName(name);
  }

  /** A validator for formats with {@code placeholder}. */
  public static ConfigDef.Validator validator(String placeholder) {
    return new ConfigDef.Validator() {
      @Override
      public void ensureValid(String name, @Nullable Object value) {
        if (value != null) {
          of(name, value.toString(), placeholder);
        }
      }

      @Override
      public String toString() {
        return "a name in which ${" + placeholder + "} may stand; " + LEGAL;
      }
    };
  }

  /**
   * The name for {@code name}.
   *
   * @throws ConnectException if it is too long, or no legal name
   */
  public String expand(String name) {
    String expanded = fill(name);
    if (!StreamPartition.isStreamName(expanded)) {
      throw new ConnectException(
          "Setting "
              + setting
              + "="
              + format
              + " makes '"
              + expanded
              + "' of '"
              + name
              + "': expected "
              + LEGAL);
    }
    return expanded;
  }

  /** Whether each name gets one of its own; false if all become the same. */
  public boolean distinguishes() {
    return format.contains(placeholder);
  }

  private String fill(String name) {
    return format.replace(placeholder, name);
  }

  @Override
  public String toString() {
    return format;
  }
}
