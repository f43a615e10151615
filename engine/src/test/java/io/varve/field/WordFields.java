package io.varve.field;

import io.varve.event.EventView;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Fields for tests: a value is a text of words such as {@code a=i5 b=sfoo}, of which each gives a
 * field's name, a letter for its type, and its value. A value that is {@code ?} can't be read.
 */
public final class WordFields implements FieldExtractor.Kind {

  @Override
  public String id() {
    return "words";
  }

  @Override
  public FieldExtractor of(List<String> fields) {
    return (event, into) -> extract(event, fields, into);
  }

  private static void extract(EventView event, List<String> fields, FieldValues into) {
    into.clear();
    byte[] value = event.value();
    String text = value == null ? "" : new String(value, StandardCharsets.UTF_8);
    if (text.equals("?")) {
      into.unreadable();
      return;
    }
    for (String word : text.split(" ")) {
      int equals = word.indexOf('=');
      int field = equals < 0 ? -1 : fields.indexOf(word.substring(0, equals));
      if (field >= 0) {
        put(word.charAt(equals + 1), word.substring(equals + 2), into.at(field));
      }
    }
  }

  /** Puts a value in, as a word says it behind its field's name. */
  public static void put(char type, String value, FieldKey into) {
    switch (type) {
      case 'n' -> into.nothing();
      case 'o' -> into.other();
      case 'z' -> into.bool(value.equals("1"));
      case 'i' -> into.number(Long.parseLong(value));
      case 'd' -> into.number(Double.parseDouble(value));
      case 's' -> into.text(new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
      case 'b' -> {
        byte[] bytes = Base64.getDecoder().decode(value);
        into.bytes(bytes, 0, bytes.length);
      }
      case 't' -> into.timeMs(Long.parseLong(value));
      default -> throw new IllegalArgumentException(type + value);
    }
  }
}
