package io.varve.examples.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Which events to take, as the user said.
 *
 * <p>Thread: immutable.
 *
 * @param count null for as many as there are
 * @param input a file, {@code -} for standard input, null for package releases
 * @param key a field of the input, null for events without key
 * @param time a field of the input, which must be named if there is an input
 */
public record EventChoice(
    @Nullable Integer count, @Nullable String input, @Nullable String key, @Nullable String time) {
  private static final int MACHINE_MIN = 1_000;
  private static final String SAMPLE = "/io/varve/examples/data/debian-releases.jsonl.gz";

  /**
   * Reads the events.
   *
   * @throws InputException if the choice contradicts itself, or the input is bad or empty
   */
  public EventSet read() throws IOException {
    if (count != null && count < 1) {
      throw new InputException("--events %d: expected at least 1".formatted(count));
    }
    EventSet events = input == null ? releases() : jsonLines(input);
    return count == null ? events : events.exactly(count);
  }

  private EventSet releases() throws IOException {
    if (key != null || time != null) {
      throw new InputException("--key and --time name fields of --input FILE, which is missing");
    }
    EventSet here = DebianChangelogs.read(DebianChangelogs.DEBIAN_DOCUMENTATION);
    return here.events().size() >= MACHINE_MIN ? here : sample();
  }

  /** The sample that ships with the demo. */
  static EventSet sample() throws IOException {
    try (InputStream packed =
            Objects.requireNonNull(EventChoice.class.getResourceAsStream(SAMPLE), SAMPLE);
        InputStream lines = new GZIPInputStream(packed)) {
      return new EventSet(
          ReleaseLines.read(lines),
          "package releases from a sample of Debian changelogs (this machine has none)");
    }
  }

  private EventSet jsonLines(String name) throws IOException {
    if (time == null) {
      throw new InputException("--input needs --time FIELD: which field is the event's time?");
    }
    JsonLines lines = new JsonLines(key, time);
    boolean standardInput = name.equals("-");
    String called = standardInput ? "standard input" : name;
    try (InputStream bytes = standardInput ? System.in : open(name)) {
      EventSet events = new EventSet(lines.read(bytes, called), "the lines of " + called);
      if (events.events().isEmpty()) {
        throw new InputException(called + " holds no events");
      }
      return events;
    }
  }

  private static InputStream open(String name) throws IOException {
    Path file = Path.of(name);
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InputException("--input %s is not a file that can be read".formatted(name));
    }
    InputStream bytes = Files.newInputStream(file);
    return name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
  }
}
