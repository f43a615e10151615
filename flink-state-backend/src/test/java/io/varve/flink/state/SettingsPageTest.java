package io.varve.flink.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.flink.state.metric.BackendMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.junit.jupiter.api.Test;

/**
 * The tables of {@code docs/flink-state-backend.md} are made from the code. To make them anew, run
 * this test with {@code -Dvarve.docs.write=true}.
 */
class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "flink-state-backend.md");

  private static String settings() {
    StringBuilder table = new StringBuilder("| setting | type | default | what it is |\n");
    table.append("| --- | --- | --- | --- |\n");
    for (ConfigOption<?> option : BackendSettings.all()) {
      Object value = option.defaultValue();
      table
          .append("| `")
          .append(option.key())
          .append("` | ")
          .append(type(option))
          .append(" | ")
          .append(value == null ? "–" : "`" + value + "`")
          .append(" | ")
          .append(new HtmlFormatter().format(option.description()))
          .append(" |\n");
    }
    return table.toString();
  }

  private static String type(ConfigOption<?> option) {
    if (option.equals(BackendSettings.TIMERS)) {
      StringBuilder values = new StringBuilder();
      for (Object one : BackendSettings.Timers.values()) {
        values.append(values.isEmpty() ? "" : ", ").append('`').append(one).append('`');
      }
      return values.toString();
    }
    if (option.defaultValue() instanceof Integer) {
      return "number";
    }
    return option.equals(BackendSettings.MEMORY_FIXED_PER_SLOT) ? "memory size" : "text";
  }

  private static String metrics() {
    StringBuilder table = new StringBuilder("| metric | what it is |\n| --- | --- |\n");
    BackendMetrics.descriptions()
        .forEach(
            (name, what) ->
                table
                    .append("| `")
                    .append(BackendMetrics.GROUP)
                    .append('.')
                    .append(name)
                    .append("` | ")
                    .append(what)
                    .append(" |\n"));
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
    String right = with(with(page, "settings", settings()), "metrics", metrics());
    if (Boolean.getBoolean("varve.docs.write")) {
      Files.writeString(PAGE, right);
    }

    assertThat(PAGE)
        .as(
            "run this test with -Dvarve.docs.write=true; the tables are%n%s%n%s",
            settings(), metrics())
        .hasContent(right);
  }
}
