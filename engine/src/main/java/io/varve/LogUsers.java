package io.varve;

import io.varve.format.Manifest;
import io.varve.format.Owner;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who works on a log at one moment, in whatever process.
 *
 * @param writer who has it open for writing, or null if nobody who lives has
 * @param readers its living readers, those that are furthest behind first
 */
public record LogUsers(@Nullable Owner writer, List<Reader> readers) {

  /**
   * A living reader.
   *
   * @param process an id that all readers of one process share
   * @param fromOffset it needs the segment of this offset and all behind; it reads here or a little
   *     further on
   */
  public record Reader(String process, long fromOffset) {}

  static LogUsers of(LogFolder log) throws IOException {
    Manifest manifest = log.manifests().load();
    boolean owned = !manifest.released() && log.instances().alive(manifest.owner().instance());
    List<Reader> readers =
        log.leases().readers().stream()
            .map(reader -> new Reader(reader.instance().process(), reader.fromOffset()))
            .sorted(Comparator.comparingLong(Reader::fromOffset))
            .toList();
    return new LogUsers(owned ? manifest.owner() : null, readers);
  }
}
