package io.varve.state;

import io.varve.base.StoreFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a snapshot holds, one entry after another, by key group and then by table. It is read
 * from the snapshot's files, which must not be closed meanwhile; of one key group and table at a
 * time the records' places are kept in memory, and of lists their keys.
 *
 * <p>Thread: confined to its user, which need not be the store's owner.
 */
public final class SnapshotEntries {

  /** Enough for a record's header and most keys. */
  private static final int KEY_READ_BYTES = 256;

  private final Set<Integer> values;
  private final Set<Integer> lists;
  private final Set<Integer> maps;
  private final List<Part> parts = new ArrayList<>();
  private int nextPart;

  // The key group and table under way.
  private int keyGroup;
  private int table;
  private Places places = new Places();
  private int nextPlace;
  private Iterator<List<ListPiece>> nextList = List.<List<ListPiece>>of().iterator();

  // The entry.
  private final ByteSpan key = new ByteSpan();
  private final ByteSpan userKey = new ByteSpan();
  private final ByteSpan value = new ByteSpan();
  private final MapRecords mapRecords = new MapRecords();
  private ByteBuffer buffer = direct(1 << 12);

  /** The records of one key group and table in one file. */
  private record Part(int keyGroup, int table, Source source, int group, int begin) {}

  /** One file, and what of it belongs to the snapshot. */
  private record Source(StateFile file, StateFooter.Read footer, LogImage.@Nullable Part[] pages) {}

  private record ListPiece(int suffix, int place) {}

  SnapshotEntries(
      Map<StateFile, List<LogImage.Part>> files,
      Set<Integer> values,
      Set<Integer> lists,
      Set<Integer> maps) {
    this.values = values;
    this.lists = lists;
    this.maps = maps;
    files.forEach(this::add);
    parts.sort(Comparator.comparingInt(Part::keyGroup).thenComparingInt(Part::table));
  }

  private void add(StateFile file, List<LogImage.Part> image) {
    StateFooter.Read footer;
    try {
      footer = StateFooter.read(file, file.length());
    } catch (IOException e) {
      throw new StoreFailedException("Reading what is in " + file, e);
    }
    LogImage.@Nullable Part[] pages = new LogImage.Part[footer.pageBytes().length];
    for (LogImage.Part page : image) {
      pages[page.page().indexInFile] = page;
    }
    Source source = new Source(file, footer, pages);
    int[] begins = footer.begins();
    for (int group = 0; group < begins.length; group++) {
      int table = file.table(footer.table(group));
      if (values.contains(table) || lists.contains(table) || maps.contains(table)) {
        parts.add(new Part(footer.keyGroup(group), table, source, group, begins[group]));
      }
    }
  }

  /** Goes to the next entry; false if there is none. */
  public boolean next() {
    while (true) {
      if (maps.contains(table) && mapRecords.next(userKey, value)) {
        return true;
      }
      if (nextList.hasNext()) {
        readList(nextList.next());
        return true;
      }
      if (nextPlace < places.count) {
        int at = nextPlace++;
        int bytes = read(at);
        int valueAt = RecordLayout.valueAt(buffer, 0);
        int valueLength = RecordLayout.valueLength(buffer, 0);
        takeKey();
        if (maps.contains(table)) {
          mapRecords.read(buffer, valueAt, valueLength);
          continue;
        }
        assert bytes >= valueAt + valueLength;
        value.copy(buffer, valueAt, valueLength);
        return true;
      }
      if (nextPart == parts.size()) {
        return false;
      }
      begin();
    }
  }

  private void begin() {
    Part first = parts.get(nextPart);
    keyGroup = first.keyGroup();
    table = first.table();
    places = new Places();
    nextPlace = 0;
    while (nextPart < parts.size()
        && parts.get(nextPart).keyGroup() == keyGroup
        && parts.get(nextPart).table() == table) {
      Part part = parts.get(nextPart++);
      places.source = part.source();
      part.source().footer().forEach(part.group(), part.begin(), places);
    }
    if (lists.contains(table)) {
      nextList = gatherLists();
      nextPlace = places.count;
    }
  }

  /** The pieces of every list of the key group, in the order in which they are put together. */
  private Iterator<List<ListPiece>> gatherLists() {
    Map<ByteSpan, List<ListPiece>> byKey = new LinkedHashMap<>();
    for (int i = 0; i < places.count; i++) {
      readKey(i);
      byKey
          .computeIfAbsent(new ByteSpan().wrap(key.toArray()), unused -> new ArrayList<>())
          .add(new ListPiece(RecordLayout.suffix(buffer, 0), i));
    }
    // The head, whose suffix is 0, has the last bytes.
    byKey
        .values()
        .forEach(
            pieces ->
                pieces.sort((a, b) -> Integer.compareUnsigned(a.suffix() - 1, b.suffix() - 1)));
    return byKey.values().iterator();
  }

  private void readList(List<ListPiece> pieces) {
    value.resize(0);
    for (ListPiece piece : pieces) {
      read(piece.place());
      int valueAt = RecordLayout.valueAt(buffer, 0);
      int valueLength = RecordLayout.valueLength(buffer, 0);
      int header = ListRecords.headerBytes(ListRecords.isHead(buffer, valueAt, valueLength));
      value.append(buffer, valueAt + header, valueLength - header);
    }
    takeKey();
  }

  /** Reads a record to the buffer's begin, and checks it; returns its bytes. */
  private int read(int place) {
    int bytes = places.bytes[place];
    if (buffer.capacity() < bytes) {
      buffer = direct(Math.max(bytes, (int) Math.min(1 << 30, buffer.capacity() * 2L)));
    }
    StateFile file = places.sources[place].file();
    long position = places.positions[place];
    file.read(position, buffer, 0, bytes);
    file.checkedBytes(buffer, 0, position, bytes);
    file.checkRecord(buffer, 0, position);
    return bytes;
  }

  /** Reads a record's key alone; the record itself is checked when it is read. */
  private void readKey(int place) {
    int bytes = places.bytes[place];
    StateFile file = places.sources[place].file();
    int first = Math.min(bytes, KEY_READ_BYTES);
    file.read(places.positions[place], buffer, 0, first);
    file.checkedBytes(buffer, 0, places.positions[place], bytes);
    if (RecordLayout.HEADER_BYTES + RecordLayout.keyLength(buffer, 0) > first) {
      read(place);
    }
    takeKey();
  }

  private void takeKey() {
    key.copy(buffer, RecordLayout.keyAt(0), RecordLayout.keyLength(buffer, 0));
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The key group of the entry. */
  public int keyGroup() {
    return keyGroup;
  }

  /** The number of its table. */
  public int table() {
    return table;
  }

  /** Its key; good until the next {@link #next}. */
  public ByteSpan key() {
    return key;
  }

  /** The user key of an entry of a map, or the element of an ordered set. */
  public ByteSpan userKey() {
    return userKey;
  }

  /** The value, the value of a map's entry, or all bytes of a list. */
  public ByteSpan value() {
    return value;
  }

  /** Where the records of one key group and table are that are alive. */
  private static final class Places implements StateFooter.Group {

    private Source[] sources = new Source[64];
    private long[] positions = new long[64];
    private int[] bytes = new int[64];
    private int count;
    private @Nullable Source source;

    @Override
    public void begin(int keyGroup, int table) {
      // Known.
    }

    @Override
    public void record(int pageNumber, int at, int size, int hash) {
      Source from = source;
      LogImage.Part page = from == null ? null : from.pages()[pageNumber];
      if (from == null || page == null || Page.isDead(page.dead(), at)) {
        return;
      }
      if (count == sources.length) {
        sources = java.util.Arrays.copyOf(sources, count * 2);
        positions = java.util.Arrays.copyOf(positions, count * 2);
        bytes = java.util.Arrays.copyOf(bytes, count * 2);
      }
      sources[count] = from;
      positions[count] = page.page().filePosition + at;
      bytes[count++] = size;
    }
  }
}
