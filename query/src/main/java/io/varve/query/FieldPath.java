package io.varve.query;

import io.varve.base.BadSettingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in an event a field is: in its value or its key, and by which names from there. Written as
 * in a filter, {@code value.order.total}; without {@code value.} or {@code key.} in front it is in
 * the value.
 *
 * @param root {@code value} or {@code key}
 * @param names from the outermost on; none for the whole key or value
 */
public record FieldPath(String root, List<String> names) {

  static final String VALUE = "value";
  static final String KEY = "key";

  /**
   * Reads a field as it is written.
   *
   * @throws BadSettingException if it is none
   */
  public static FieldPath parse(String text) {
    List<String> names = new ArrayList<>(List.of(text.strip().split("\\.", -1)));
    if (names.stream().anyMatch(name -> name.isBlank())) {
      throw new BadSettingException(
          "index.fields", text, "names with dots between, such as order.total");
    }
    boolean rooted = names.get(0).equals(VALUE) || names.get(0).equals(KEY);
    String root = rooted ? names.remove(0) : VALUE;
    return new FieldPath(root, List.copyOf(names));
  }

  /** As it is written in full: this names the field in an index. */
  public String text() {
    return names.isEmpty() ? root : root + "." + String.join(".", names);
  }
}
