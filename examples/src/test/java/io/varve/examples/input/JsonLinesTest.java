package io.varve.examples.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonLinesTest {

  @Test
  void theLineItselfIsTheValue() throws IOException {
    String line = "{ \"at\" : 1000,  \"user\":\"ü\", \"at2\":1.50 }";
    List<DemoEvent> events = read("\n" + line + "\r\n\n" + line, "user", "at");
    assertThat(events).hasSize(2);
    assertThat(events).extracting(DemoEvent::value).containsOnly(Bytes.utf8(line));
    assertThat(events.get(0).key()).isEqualTo(Bytes.utf8("ü"));
    assertThat(events.get(0).timestampMs()).isEqualTo(1000);
  }

  @Test
  void keysMayBeNumbersNestedOrNullOrNone() throws IOException {
    String lines = "{\"t\":1,\"k\":{\"id\":7}}\n{\"t\":1,\"k\":{\"id\":null}}";
    assertThat(read(lines, "/k/id", "t"))
        .extracting(DemoEvent::key)
        .containsExactly(Bytes.utf8("7"), null);
    assertThat(read(lines, null, "t")).extracting(DemoEvent::key).containsOnlyNulls();
  }

  @Test
  void errorsNameTheLineAndWhatIsWrong() {
    assertFails("{\"t\":1,\"k\":1}\n{\"t\":1,", "events.jsonl, line 2: not a JSON object");
    assertFails("{\"t\":1,\"k\":1} x", "line 1: not a JSON object");
    assertFails("[1]", "line 1: expected a JSON object, found ARRAY");
    assertFails("{\"t\":1}", "line 1: no field \"k\" (--key); the line has [t]");
    assertFails("{\"k\":1}", "line 1: no field \"t\" (--time); the line has [k]");
    assertFails("{\"k\":1,\"t\":true}", "line 1: field \"t\" holds true, not a time");
    assertFails("{\"k\":1,\"t\":\"soon\"}", "line 1: \"soon\" is not a time; expected ISO-8601");
    assertFails("{\"k\":1,\"t\":-5}", "line 1: \"-5\" is before 1970");
    assertFails(
        "{\"k\":1,\"t\":5,\"v\":\"" + "x".repeat(1_000_000) + "\"}",
        "too many for one Kafka event");
  }

  @Test
  void aLineThatIsNotUtf8IsRefused() {
    byte[] latin1 = "{\"t\":1,\"k\":\"\u00fc\"}".getBytes(ISO_8859_1);
    assertThatThrownBy(
            () -> new JsonLines("k", "t").read(new ByteArrayInputStream(latin1), "events.jsonl"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 1");
  }

  private static void assertFails(String lines, String message) {
    assertThatThrownBy(() -> read(lines, "k", "t"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static List<DemoEvent> read(String lines, String key, String time) throws IOException {
    return new JsonLines(key, time)
        .read(new ByteArrayInputStream(lines.getBytes(UTF_8)), "events.jsonl");
  }
}
