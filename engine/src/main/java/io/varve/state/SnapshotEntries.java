package io.varve.state;

import io.varve.base.CorruptionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * All that a snapshot holds of some tables, one entry after another: by key group, then by table,
 * in no order beyond that. Read from the snapshot's files, so the snapshot must stay open; what is
 * kept in memory is the files' footers, some records, and where the records of one key group's
 * lists are.
 *
 * <p>Thread: confined to its user, who need not be the store's owner.
 */
public final class SnapshotEntries implements AutoCloseable {

  private enum Kind {
    NONE,
    VALUES,
    LISTS,
    MAPS
  }

  private final Map<StateFile, List<LogImage.Part>> files;
  private final Set<Integer> values;
  private final Set<Integer> lists;
  private final Set<Integer> maps;

  /** Reads ahead; null: the user's own thread reads. */
  private final @Nullable Executor readers;

  private final MapRecords mapRecords = new MapRecords();

  /** What is read; null before the first is. */
  private @Nullable Reading reading;

  private boolean closed;

  private int nextGroup;
  private @Nullable SnapshotGroup group;

  /** Of the group's table. */
  private Kind kind = Kind.NONE;

  private final ByteSpan key = new ByteSpan();
  private final ByteSpan userKey = new ByteSpan();
  private final ByteSpan value = new ByteSpan();

  SnapshotEntries(
      Map<StateFile, List<LogImage.Part>> files,
      Set<Integer> values,
      Set<Integer> lists,
      Set<Integer> maps,
      @Nullable Executor readers) {
    this.files = files;
    this.readers = readers;
    this.values = Set.copyOf(values);
    this.lists = Set.copyOf(lists);
    this.maps = Set.copyOf(maps);
  }

  /**
   * Goes to the next entry; false if there is none.
   *
   * @throws CorruptionException if a file is not what was written
   */
  public boolean next() {
    Reading reading = reading();
    SnapshotReader reader = reading.reader();
    while (true) {
      SnapshotGroup from = group;
      if (from != null) {
        if (kind == Kind.MAPS && nextInRecord(from, reader)) {
          return true;
        }
        if (reader.next()) {
          if (readRecord(from, reading)) {
            return true;
          }
          continue;
        }
        if (kind == Kind.LISTS
            && isLast(from, reading.groups())
            && reading.chunked().next(key, value)) {
          return true;
        }
      }
      if (!beginGroup(reading)) {
        return false;
      }
    }
  }

  private boolean isLast(SnapshotGroup from, List<SnapshotGroup> all) {
    return nextGroup == all.size() || !all.get(nextGroup).goesWith(from);
  }

  private boolean beginGroup(Reading reading) {
    List<SnapshotGroup> all = reading.groups();
    if (nextGroup == all.size()) {
      group = null;
      return false;
    }
    SnapshotGroup begun = all.get(nextGroup++);
    group = begun;
    kind = kind(begun.table());
    userKey.resize(0);
    value.resize(0);
    reading.reader().begin();
    return true;
  }

  private Kind kind(int table) {
    return values.contains(table)
        ? Kind.VALUES
        : lists.contains(table) ? Kind.LISTS : maps.contains(table) ? Kind.MAPS : Kind.NONE;
  }

  /**
   * What is read by.
   *
   * @param groups in the order in which they are read
   */
  private record Reading(
      List<SnapshotGroup> groups,
      @Nullable SnapshotReadAhead ahead,
      SnapshotReader reader,
      SnapshotLists chunked) {}

  private Reading reading() {
    Reading known = reading;
    if (known != null) {
      return known;
    }
    if (closed) {
      throw new IllegalStateException("closed");
    }
    List<SnapshotGroup> groups = groups();
    SnapshotReadAhead ahead = readers == null ? null : new SnapshotReadAhead(groups, readers);
    SnapshotReader reader =
        new SnapshotReader(
            ahead == null ? new SnapshotReader.Direct(new SnapshotBatches(groups)) : ahead);
    Reading begun = new Reading(groups, ahead, reader, new SnapshotLists(reader));
    reading = begun;
    return begun;
  }

  private List<SnapshotGroup> groups() {
    List<SnapshotGroup> found = new ArrayList<>();
    files.forEach(
        (file, pages) -> {
          SnapshotPart part = SnapshotPart.read(file, pages);
          for (int i = 0; i < part.footer().groups(); i++) {
            int table = file.table(part.footer().table(i));
            if (table >= 0 && kind(table) != Kind.NONE) {
              found.add(new SnapshotGroup(part.footer().keyGroup(i), table, part, i));
            }
          }
        });
    found.sort(
        Comparator.comparingInt(SnapshotGroup::keyGroup).thenComparingInt(SnapshotGroup::table));
    return found;
  }

  /** Takes the record that the reader shows; whether the entry is there then. */
  private boolean readRecord(SnapshotGroup from, Reading reading) {
    SnapshotReader reader = reading.reader();
    reader.key(key);
    switch (kind) {
      case VALUES -> {
        value.copy(reader.buffer(), reader.valueAt(), reader.valueLength());
        return true;
      }
      case LISTS -> {
        return readList(from, reading);
      }
      default -> {
        try {
          mapRecords.read(reader.buffer(), reader.valueAt(), reader.valueLength());
        } catch (CorruptionException e) {
          throw inFile(from, reader.position(), e);
        }
        return false;
      }
    }
  }

  /** A list without chunks is there at once. */
  private boolean readList(SnapshotGroup from, Reading reading) {
    SnapshotReader reader = reading.reader();
    int at = reader.valueAt();
    int chunks;
    boolean head;
    try {
      head = ListRecords.isHead(reader.buffer(), at, reader.valueLength());
      chunks = head ? ListRecords.chunks(reader.buffer(), at) : 0;
    } catch (CorruptionException e) {
      throw inFile(from, reader.position(), e);
    }
    if (head != (reader.suffix() == 0)) {
      throw new CorruptionException(
          from.part().file().name(),
          reader.position(),
          head ? "a list's chunk" : "a list's head",
          "a record of suffix " + reader.suffix());
    }
    if (chunks > 0 || !head) {
      reading.chunked().add(from.part().file(), key, chunks);
      return false;
    }
    int header = ListRecords.headerBytes(true);
    value.copy(reader.buffer(), at + header, reader.valueLength() - header);
    return true;
  }

  private boolean nextInRecord(SnapshotGroup from, SnapshotReader reader) {
    try {
      return mapRecords.next(userKey, value);
    } catch (CorruptionException e) {
      throw inFile(from, reader.position(), e);
    }
  }

  /** Says where the record is; what reads a record's value doesn't know. */
  private static CorruptionException inFile(
      SnapshotGroup from, long position, CorruptionException e) {
    CorruptionException named =
        new CorruptionException(from.part().file().name(), position, e.expected(), e.found());
    named.addSuppressed(e);
    return named;
  }

  public int keyGroup() {
    return current().keyGroup();
  }

  public int table() {
    return current().table();
  }

  /** The entry's key, until the next call of {@link #next}; empty in an ordered set. */
  public ByteSpan key() {
    current();
    return key;
  }

  /**
   * The user key of a map's entry, or the element of an ordered set, until the next call of {@link
   * #next}; empty in other tables.
   */
  public ByteSpan userKey() {
    current();
    return userKey;
  }

  /**
   * The value, or all bytes that were appended to a list, until the next call of {@link #next};
   * empty in an ordered set.
   */
  public ByteSpan value() {
    current();
    return value;
  }

  private SnapshotGroup current() {
    SnapshotGroup current = group;
    if (current == null) {
      throw new IllegalStateException("not at an entry");
    }
    return current;
  }

  /** Ends what reads ahead. */
  @Override
  public void close() {
    closed = true;
    Reading known = reading;
    reading = null;
    if (known != null && known.ahead() != null) {
      known.ahead().close();
    }
  }
}
