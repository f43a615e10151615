package io.varve.flink.source.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.flink.source.read.SourceMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/flink-source.md} are made from the code. To make them anew, run this
 * test with {@code -Dvarve.docs.write=true}.
 */
class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "..", "docs", "flink-source.md");

  private static String options() {
    StringBuilder table = new StringBuilder("| option | default | what it is |\n");
    table.append("| --- | --- | --- |\n");
    for (ConfigOption<?> option : TableOptions.all()) {
      Object value = option.defaultValue();
      boolean none = value == null || "".equals(value) || value instanceof Collection;
      table
          .append("| `")
          .append(option.key())
          .append("` | ")
          .append(none ? "–" : "`" + shown(value) + "`")
          .append(" | ")
          .append(new HtmlFormatter().format(option.description()).replace("|", "\\|"))
          .append(" |\n");
    }
    return table.toString();
  }

  private static String shown(Object value) {
    return value instanceof Duration duration ? duration.toSeconds() + " s" : value.toString();
  }

  private static String columns() {
    StringBuilder table =
        new StringBuilder("| column | type | what it is |\n| --- | --- | --- |\n");
    Arrays.stream(EventColumn.values())
        .forEach(
            column ->
                table
                    .append("| `")
                    .append(column.key())
                    .append("` | `")
                    .append(column.type())
                    .append("` | ")
                    .append(column.description())
                    .append(" |\n"));
    return table.toString();
  }

  private static String metrics() {
    StringBuilder table = new StringBuilder("| metric | what it is |\n| --- | --- |\n");
    SourceMetrics.descriptions()
        .forEach((name, what) -> table.append("| `" + name + "` | " + what + " |\n"));
    return table.toString();
  }

  private static String with(String page, String section, String table) {
    String begin = "<!-- " + section + ": made by SettingsPageTest -->\n";
    String end = "<!-- end of " + section + " -->";
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    assertThat(from).as("the mark %s", begin).isNotNegative();
    assertThat(to).as("the mark %s", end).isGreaterThan(from);
    return page.substring(0, from) + begin + "\n" + table + "\n" + page.substring(to);
  }

  @Test
  void theTablesAreWhatTheCodeSays() throws IOException {
    String page = Files.readString(PAGE);
    String right =
        with(with(with(page, "options", options()), "columns", columns()), "metrics", metrics());
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.writeString(PAGE, right);
    }
    assertThat(PAGE).as("run this test with -Dvarve.docs.write=true").hasContent(right);
  }
}
