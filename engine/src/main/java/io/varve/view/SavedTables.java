package io.varve.view;

import io.varve.base.CorruptionException;
import io.varve.base.VarveException;
import io.varve.format.KeyTableChunk;
import io.varve.format.KeyTableHeader;
import io.varve.format.Owner;
import io.varve.io.Directory;
import io.varve.io.ReadFile;
import io.varve.io.WriteFile;
import io.varve.manifest.LogFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a log's keys that are saved in its folder {@code views/}. Whoever saves one takes
 * older ones away.
 *
 * <p>Thread: confined to one at a time.
 */
public final class SavedTables {

  private static final Logger LOG = LoggerFactory.getLogger(SavedTables.class);
  private static final String FOLDER = "views";
  private static final String TEMPORARY = "new-";

  /** The offset that it covers, the opening of the store that saved it, and how often it did. */
  private static final Pattern NAME =
      Pattern.compile("\\d{20}-[0-9a-f-]{1,64}-\\d{1,19}-\\d{1,9}\\.keys");

  private final LogFolder log;
  private final Directory folder;
  private final UUID storeId;
  private final long number;
  private int saved;

  /**
   * @param storeId the store's id
   * @param number tells this one apart from others made through the same instance
   */
  public SavedTables(LogFolder log, UUID storeId, long number) {
    this.log = log;
    this.folder = log.directory().folder(FOLDER);
    this.storeId = storeId;
    this.number = number;
  }

  /**
   * A table that was saved.
   *
   * @param nextOffset it covers all events with lower offsets
   */
  public record Saved(KeyTable table, long nextOffset) {}

  /**
   * Loads the newest table that belongs to the log as it is now. One that is damaged, or covers
   * what the log doesn't have, is passed over with a warning.
   *
   * @param nextOffset the log's
   * @param epoch the log's
   * @return null if there is none
   */
  public @Nullable Saved newest(long nextOffset, long epoch) throws IOException {
    List<String> names =
        folder.list().stream()
            .filter(name -> NAME.matcher(name).matches())
            .sorted(Comparator.reverseOrder())
            .toList();
    for (String name : names) {
      try (ReadFile file = folder.open(name)) {
        Saved found = load(file, name, nextOffset, epoch);
        if (found != null) {
          return found;
        }
      } catch (NoSuchFileException e) {
        // Somebody has saved a newer one meanwhile; at worst the log is read.
      } catch (VarveException e) {
        LOG.warn("A saved table of keys is passed over, the log is read instead: {}", e.toString());
      }
    }
    return null;
  }

  private @Nullable Saved load(ReadFile file, String name, long nextOffset, long epoch)
      throws IOException {
    String path = folder.path() + "/" + name;
    ByteBuffer bytes = ByteBuffer.allocate(KeyTableHeader.BYTES);
    file.read(bytes, 0);
    KeyTableHeader header = KeyTableHeader.decode(bytes.flip(), path);
    if (!header.storeId().equals(storeId)
        || header.nextOffset() > nextOffset
        || header.epoch() > epoch) {
      LOG.warn(
          "{} covers offsets below {} of epoch {} and this log ends at {} in epoch {}, or it is"
              + " another store's; the log is read instead",
          path,
          header.nextOffset(),
          header.epoch(),
          nextOffset,
          epoch);
      return null;
    }
    long room = (file.length() - KeyTableHeader.BYTES) / KeyTableChunk.SLOT_BYTES;
    if (header.keys() < 0 || header.keys() > room) {
      throw new CorruptionException(
          path, 32, "at most " + room + " keys in this file", header.keys() + " keys");
    }
    KeyTable table = new KeyTable(header.keys());
    long position = KeyTableHeader.BYTES;
    ByteBuffer chunk = ByteBuffer.allocate(KeyTableChunk.BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    for (long left = header.keys(); left > 0; ) {
      file.read(chunk.clear(), position);
      KeyTableChunk slots = KeyTableChunk.decode(chunk.flip(), path, position);
      if (slots.count() > left) {
        throw new CorruptionException(path, position, left + " keys more", slots.count() + " more");
      }
      table.change(() -> slots.forEach(table::putSlot));
      left -= slots.count();
      position += slots.bytes();
    }
    if (table.keys() != header.keys() || file.length() != position) {
      throw new CorruptionException(
          path,
          position,
          "the end of the file and " + header.keys() + " keys",
          file.length() + " bytes and " + table.keys() + " keys");
    }
    return new Saved(table, header.nextOffset());
  }

  /**
   * Saves a table, which nobody changes meanwhile.
   *
   * @param nextOffset it covers all events with lower offsets
   * @param epoch the log's
   */
  public void save(KeyTable table, long nextOffset, long epoch) throws IOException {
    log.instances().register();
    folder.create();
    Owner.Instance self = log.instances().self();
    String stem = self.nonce() + "-" + number + "-" + saved++;
    String temporary = TEMPORARY + self.process() + "_" + self.nonce() + "_" + number;
    String name = String.format(Locale.ROOT, "%020d-%s.keys", nextOffset, stem);
    boolean done = false;
    try (WriteFile file = folder.create(temporary)) {
      file.append(new KeyTableHeader(nextOffset, epoch, table.keys(), storeId).encode());
      ByteBuffer chunk =
          ByteBuffer.allocateDirect(KeyTableChunk.BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
      for (KeyTable.Slots slots : table.pages()) {
        file.append(KeyTableChunk.encode(slots.longs(), slots.count(), chunk));
      }
      file.force();
      done = true;
    } finally {
      if (!done) {
        folder.delete(temporary);
      }
    }
    folder.publish(temporary, name);
    sweep(name);
  }

  /** Takes away all tables of a log, so that views of it begin with the log itself. */
  public static void deleteAll(LogFolder log) throws IOException {
    Directory folder = log.directory().folder(FOLDER);
    for (String name : folder.list()) {
      folder.delete(name);
    }
  }

  /** Takes away older tables, and what died before it was one. */
  private void sweep(String newest) throws IOException {
    for (String name : folder.list()) {
      boolean older = NAME.matcher(name).matches() && name.compareTo(newest) < 0;
      String[] parts = name.split("_", -1);
      boolean dead =
          name.startsWith(TEMPORARY)
              && parts.length == 3
              && !log.instances()
                  .alive(new Owner.Instance(parts[0].substring(TEMPORARY.length()), parts[1]));
      if (older || dead) {
        folder.delete(name);
      }
    }
  }
}
