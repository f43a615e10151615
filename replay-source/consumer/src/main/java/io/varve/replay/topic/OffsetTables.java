package io.varve.replay.topic;

import io.varve.base.CorruptionException;
import io.varve.base.StoreFailedException;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.manifest.StoreFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;

/**
 * The file of one table of offsets in a store. Each change is a new file with the next number,
 * which only one can make; the newest counts.
 *
 * <p>Thread: confined to one.
 */
public final class OffsetTables {

  private static final String FOLDER = "replays";
  private static final Pattern NAME = Pattern.compile("(\\d{20})\\.offsets");
  private static final int ATTEMPTS = 1_000;

  private final Directory folder;
  private final Owner.Instance self;
  private final OffsetTable.Of of;
  private long number;

  /**
   * @param files of the store
   * @param of what the table is of
   */
  public OffsetTables(StoreFiles files, OffsetTable.Of of) {
    this.folder =
        files
            .layout()
            .root()
            .folder(FOLDER)
            .folder(of.stream())
            .folder("g" + of.generation())
            .folder(name(of.topicId()));
    this.self = files.instances().self();
    this.of = of;
  }

  private static String name(Uuid id) {
    return String.format(
        Locale.ROOT, "%016x%016x", id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /**
   * The table as it was last saved, or an empty one.
   *
   * @throws CorruptionException if its file is damaged
   */
  public OffsetTable load() {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        OptionalLong newest = numbers().max();
        if (newest.isEmpty()) {
          return new OffsetTable(of);
        }
        number = newest.getAsLong();
        try {
          return read();
        } catch (NoSuchFileException e) {
          // Superseded between listing and reading: look again.
        }
      }
      throw new StoreFailedException(
          "The tables in " + folder.path() + " change faster than they can be read", null);
    } catch (IOException e) {
      throw new StoreFailedException("Reading the offsets in " + folder.path() + " failed", e);
    }
  }

  private OffsetTable read() throws IOException {
    String path = folder.path() + "/" + name(number);
    OffsetTable table =
        OffsetTableFile.decode(folder.readAll(name(number), OffsetTableFile.BYTES_MAX), path);
    if (!table.of().topicId().equals(of.topicId())
        || !table.of().stream().equals(of.stream())
        || table.of().generation() != of.generation()) {
      throw new CorruptionException(path, 16, "the table of " + of, "that of " + table.of());
    }
    return table;
  }

  /**
   * Saves a table that was loaded here; durable on return.
   *
   * @return false if somebody else has saved it since, and it was not saved
   */
  public boolean save(OffsetTable table) {
    try {
      folder.create();
      String temporary = "new-" + self.process() + "_" + self.nonce();
      folder.delete(temporary);
      folder.writeAll(temporary, OffsetTableFile.encode(table));
      if (!folder.publish(temporary, name(number + 1))) {
        return false;
      }
      // A name that others have taken and deleted can be taken again; then there is a newer one.
      if (numbers().anyMatch(each -> each > number + 1)) {
        folder.delete(name(number + 1));
        return false;
      }
      number++;
      for (long older : numbers().filter(each -> each < number).toArray()) {
        folder.delete(name(older));
      }
      return true;
    } catch (IOException e) {
      throw new StoreFailedException("Saving the offsets in " + folder.path() + " failed", e);
    }
  }

  /** Saves a table over whatever somebody else has saved since. */
  public void overwrite(OffsetTable table) {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        number = numbers().max().orElse(number);
        if (save(table)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new StoreFailedException("Saving the offsets in " + folder.path() + " failed", e);
    }
    throw new StoreFailedException(
        "The tables in " + folder.path() + " change faster than they can be saved", null);
  }

  private LongStream numbers() throws IOException {
    return folder.list().stream()
        .map(NAME::matcher)
        .filter(Matcher::matches)
        .mapToLong(matcher -> Long.parseLong(matcher.group(1)));
  }

  private static String name(long number) {
    return "%020d.offsets".formatted(number);
  }
}
