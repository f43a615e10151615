package io.varve.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.varve.field.FieldKey;
import io.varve.field.FieldValues;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds wanted fields in a JSON text, to its end: of a name that comes twice the last one counts,
 * and what is no JSON to its end has no fields.
 *
 * <p>Thread: confined to one.
 */
final class JsonFields {

  static final JsonFactory JSON = new JsonFactory();

  private final PathTree wanted;

  JsonFields(PathTree wanted) {
    this.wanted = wanted;
  }

  /** Whether bytes may be a JSON object or list. */
  static boolean mayBeJson(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte next = bytes[i];
      if (next == '{' || next == '[') {
        return true;
      }
      if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
        return false;
      }
    }
    return false;
  }

  /**
   * Puts the fields in that the text has.
   *
   * @return false if it is no JSON; fields may have been put in nevertheless
   */
  boolean extract(byte[] text, int length, FieldValues into) {
    try (JsonParser parser = JSON.createParser(text, 0, length)) {
      parser.nextToken();
      value(parser, wanted, into);
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static void value(JsonParser parser, @Nullable PathTree here, FieldValues into)
      throws IOException {
    if (here == null) {
      parser.skipChildren();
      return;
    }
    FieldKey field = here.field() == PathTree.NONE ? null : into.at(here.field());
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        if (field != null) {
          field.other();
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          PathTree child = here.child(name);
          if (child != null) {
            child.clear(into);
          }
          parser.nextToken();
          value(parser, child, into);
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
          throw new IOException("an object without an end");
        }
      }
      case START_ARRAY -> {
        if (field != null) {
          field.other();
        }
        parser.skipChildren();
      }
      default -> {
        if (field != null) {
          scalar(parser, field);
        }
      }
    }
  }

  private static void scalar(JsonParser parser, FieldKey field) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_NULL -> field.nothing();
      case VALUE_TRUE -> field.bool(true);
      case VALUE_FALSE -> field.bool(false);
      case VALUE_STRING -> field.text(parser.getText());
      case VALUE_NUMBER_INT -> {
        if (isLong(parser)) {
          field.number(parser.getLongValue());
        } else {
          field.number(parser.getDoubleValue());
        }
      }
      case VALUE_NUMBER_FLOAT -> field.number(parser.getDoubleValue());
      default -> throw new IOException("no value");
    }
  }

  static boolean isLong(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> true;
      default -> false;
    };
  }
}
