package io.varve.examples.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.examples.event.DemoEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Releases as JSON lines: how the sample is kept. */
final class ReleaseLines {
  private ReleaseLines() {}

  /** The same events as the changelogs that the lines were written from. */
  static List<DemoEvent> read(InputStream lines) throws IOException {
    List<DemoEvent> events = new ArrayList<>();
    try (var values = new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(lines)) {
      while (values.hasNextValue()) {
        JsonNode line = values.nextValue();
        events.add(
            new Release(
                    line.get("package").asText(),
                    line.get("version").asText(),
                    line.get("distribution").asText(),
                    line.get("urgency").asText(),
                    OffsetDateTime.parse(line.get("released").asText()))
                .toEvent());
      }
    }
    return events;
  }

  /** Writes the sample anew from this machine: {@code FILE [COUNT]}, evenly thinned to COUNT. */
  public static void main(String[] arguments) throws IOException {
    List<DemoEvent> all = DebianChangelogs.read(DebianChangelogs.DEBIAN_DOCUMENTATION).events();
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : all.size();
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[0]))),
                StandardCharsets.UTF_8))) {
      for (int i = 0; i < count; i++) {
        out.write(all.get((int) ((long) i * all.size() / count)).value() + "\n");
      }
    }
  }
}
