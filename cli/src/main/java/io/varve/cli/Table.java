package io.varve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows under titles, as text with columns side by side, or as JSON with a field for each column.
 *
 * <p>Thread: confined to one.
 */
final class Table {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<Column> columns;
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /** What a column holds; says how it is shown as text. */
  enum Kind {
    TEXT(String::valueOf),
    COUNT(value -> Show.count(((Number) value).longValue())),
    BYTES(value -> Show.bytes(((Number) value).doubleValue())),
    TIME(value -> Show.time(((Number) value).longValue())),
    NUMBERS(
        value ->
            String.join(
                ", ",
                ((List<?>) value)
                    .stream().map(each -> Show.count(((Number) each).longValue())).toList()));

    private final Function<Object, String> text;

    Kind(Function<Object, String> text) {
      this.text = text;
    }

    private boolean rightAligned() {
      return this == COUNT || this == BYTES;
    }
  }

  /**
   * @param name the field's name in JSON; in capitals it is the title
   */
  record Column(String name, Kind kind) {}

  Table(Column... columns) {
    this.columns = List.of(columns);
  }

  /** Adds a row, a value for each column; null where there is none. */
  void add(@Nullable Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values, " + columns.size() + " columns");
    }
    rows.add(values);
  }

  /** The rows as an array of objects. Times are in ISO-8601, bytes and counts are numbers. */
  ArrayNode toJson() {
    ArrayNode array = MAPPER.createArrayNode();
    for (@Nullable Object[] row : rows) {
      ObjectNode object = array.addObject();
      for (int i = 0; i < row.length; i++) {
        Column column = columns.get(i);
        Object value = row[i];
        object.set(
            column.name(),
            MAPPER.valueToTree(
                value != null && column.kind() == Kind.TIME
                    ? Show.time(((Number) value).longValue())
                    : value));
      }
    }
    return array;
  }

  /** Prints it with a title above each column. */
  void print(PrintWriter out) {
    List<String[]> lines = new ArrayList<>();
    lines.add(titles());
    rows.forEach(row -> lines.add(texts(row)));
    int[] widths = new int[columns.size()];
    for (String[] line : lines) {
      for (int i = 0; i < line.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    for (String[] line : lines) {
      out.println(line(line, widths));
    }
  }

  private String[] titles() {
    return columns.stream()
        .map(column -> column.name().toUpperCase(Locale.ROOT))
        .toArray(String[]::new);
  }

  private String[] texts(@Nullable Object[] row) {
    String[] texts = new String[row.length];
    for (int i = 0; i < row.length; i++) {
      Object value = row[i];
      texts[i] = value == null ? "-" : columns.get(i).kind().text.apply(value);
    }
    return texts;
  }

  private String line(String[] texts, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      String pad = " ".repeat(widths[i] - texts[i].length());
      line.append(i == 0 ? "" : "  ");
      line.append(columns.get(i).kind().rightAligned() ? pad + texts[i] : texts[i] + pad);
    }
    return line.toString().stripTrailing();
  }
}
