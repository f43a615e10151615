package io.varve.state;

import io.varve.base.VarveException;
import io.varve.io.ReadFile;
import io.varve.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A snapshot of a few thousand bytes that has records of every kind: values, lists with and without
 * chunks, maps with and without inner nodes and entries that are records of their own, ordered
 * sets; in two files, with dead records in the first.
 */
final class SmallSnapshot {

  static final int GROUPS = 4;
  static final int VALUES = 0;
  static final int LISTS = 1;
  static final int MAPS = 2;
  static final int SETS = 3;
  static final int KEYS = 5;

  /** In this key's map are so many entries that it has inner nodes. */
  private static final int WIDE = 1;

  private static final int ENTRIES = 3;
  private static final int ENTRIES_WIDE = 70;

  /** This key's map has an entry that is a record of its own, and its list a chunk. */
  private static final int LARGE = 2;

  private static final int CHUNK = 600;

  /** As many files, so small, are merged. */
  private static final int SNAPSHOTS_TILL_MERGED = CleaningPolicy.FILES_MAX;

  /** And as many move all records that there are. */
  private static final int OPERATIONS_TILL_MERGED = 64;

  /** A table that only {@link #merge} uses. */
  private static final int FILLING = 4;

  /** Files by name, and the meta. */
  final Map<String, byte[]> files;

  final byte[] meta;

  private SmallSnapshot(Map<String, byte[]> files, byte[] meta) {
    this.files = files;
    this.meta = meta;
  }

  static SmallSnapshot make(StateMemory memory) throws IOException {
    try (StateStore store = open(memory, "small", List.of(), 0, GROUPS - 1)) {
      for (int i = 0; i < KEYS; i++) {
        put(store, i);
      }
      CopiedSnapshot first = new CopiedSnapshot(store.snapshot());
      store.values(VALUES).clear(group(0), key(0));
      store.values(VALUES).put(group(1), key(1), text("changed"));
      store.lists(LISTS).append(group(3), key(3), text(" and more"));
      store.maps(MAPS).remove(group(WIDE), key(WIDE), userKey(40));
      store.ordered(SETS).pollFirst(group(3), new ByteSpan());
      CopiedSnapshot second = new CopiedSnapshot(store.snapshot(), first);
      return new SmallSnapshot(new LinkedHashMap<>(new TreeMap<>(second.files)), second.meta);
    }
  }

  private static void put(StateStore store, int i) {
    store.values(VALUES).put(group(i), key(i), text("value " + i));
    store.lists(LISTS).append(group(i), key(i), text("x".repeat(i == LARGE ? CHUNK : 10)));
    store.lists(LISTS).append(group(i), key(i), text("element " + i));
    for (int j = 0; j < entries(i); j++) {
      boolean large = i == LARGE && j == 1;
      store.maps(MAPS).put(group(i), key(i), userKey(j), text(large ? "y".repeat(150) : "" + j));
      if (j < ENTRIES) {
        store.ordered(SETS).add(group(i), text("timer " + i + j));
      }
    }
  }

  private static int entries(int i) {
    return i == WIDE ? ENTRIES_WIDE : ENTRIES;
  }

  static int group(int key) {
    return key % GROUPS;
  }

  static ByteSpan key(int number) {
    return text("key" + number);
  }

  private static ByteSpan userKey(int number) {
    return text("u" + number);
  }

  static ByteSpan text(String text) {
    return new ByteSpan().wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(ByteSpan span) {
    return new String(span.array(), span.offset(), span.length(), StandardCharsets.UTF_8);
  }

  // ---- with something else in it

  /** The same with other bytes in one file, or in the meta if the name is empty. */
  SmallSnapshot with(String name, byte[] bytes) {
    if (name.isEmpty()) {
      return new SmallSnapshot(files, bytes);
    }
    Map<String, byte[]> changed = new LinkedHashMap<>(files);
    changed.put(name, bytes);
    return new SmallSnapshot(changed, meta);
  }

  /** The same without one of its files. */
  SmallSnapshot without(String name) {
    Map<String, byte[]> left = new LinkedHashMap<>(files);
    left.remove(name);
    return new SmallSnapshot(left, meta);
  }

  RestoredSnapshot restored() {
    return new RestoredSnapshot(new ByteArrayInputStream(meta), table -> table, this::openFile);
  }

  private ReadFile openFile(String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new IOException("no file " + name);
    }
    return new BytesFile(bytes);
  }

  /** Opens a store that does everything at once, in memory. */
  static StateStore open(
      StateMemory memory, String nonce, List<RestoredSnapshot> snapshots, int first, int last) {
    return StateStore.restore(
        new StateStoreSettings(first, last, nonce),
        new MemoryFolder(),
        memory,
        new InlineWork(),
        snapshots);
  }

  StateStore open(StateMemory memory, String nonce) {
    return open(memory, nonce, List.of(restored()), 0, GROUPS - 1);
  }

  // ---- what is asked

  /** What may go wrong, and then says so. */
  interface Question {
    Object ask() throws IOException;
  }

  /** The answers to all that can be asked of a store, or the errors in their place. */
  static Map<String, Object> answers(StateStore store) {
    Map<String, Object> answers = new LinkedHashMap<>();
    ByteSpan target = new ByteSpan();
    for (int i = 0; i < KEYS; i++) {
      int key = i;
      ask(
          answers,
          "value " + i,
          () -> store.values(VALUES).get(group(key), key(key), target) ? text(target) : "none");
      ask(
          answers,
          "list " + i,
          () -> store.lists(LISTS).get(group(key), key(key), target) ? text(target) : "none");
      ask(answers, "map " + i, () -> map(store, key));
      ask(
          answers,
          "map's entry " + i,
          () ->
              store.maps(MAPS).get(group(key), key(key), userKey(1), target)
                  ? text(target)
                  : "none");
      ask(
          answers,
          "contains " + i,
          () ->
              List.of(
                  store.values(VALUES).contains(group(key), key(key)),
                  store.lists(LISTS).contains(group(key), key(key)),
                  store.maps(MAPS).contains(group(key), key(key)),
                  store.maps(MAPS).contains(group(key), key(key), userKey(40)),
                  store.ordered(SETS).containsElement(group(key), text("timer " + key + 1))));
    }
    for (int i = 0; i < GROUPS; i++) {
      int group = i;
      ask(answers, "set " + i, () -> set(store, group));
      ask(answers, "size of set " + i, () -> store.ordered(SETS).size(group));
      ask(
          answers,
          "first of set " + i,
          () -> store.ordered(SETS).first(group, target) ? text(target) : "none");
    }
    ask(answers, "keys of values", () -> keys(store.values(VALUES)));
    ask(answers, "keys of lists", () -> keys(store.lists(LISTS)));
    ask(answers, "keys of maps", () -> keys(store.maps(MAPS)));
    ask(answers, "key groups of sets", () -> keys(store.ordered(SETS)));
    ask(answers, "savepoint", () -> savepoint(store));
    return answers;
  }

  private static void ask(Map<String, Object> answers, String question, Question asked) {
    Object answer;
    try {
      answer = asked.ask();
    } catch (VarveException e) {
      answer = e;
    } catch (IOException e) {
      throw new AssertionError(question, e);
    }
    answers.put(question, answer);
  }

  private static List<String> map(StateStore store, int key) {
    List<String> entries = new ArrayList<>();
    try (MapCursor cursor = store.maps(MAPS).cursor(group(key), key(key))) {
      while (cursor.next()) {
        entries.add(text(cursor.userKey()) + "=" + text(cursor.value()));
      }
    }
    return entries;
  }

  private static List<String> set(StateStore store, int group) {
    List<String> elements = new ArrayList<>();
    try (MapCursor cursor = store.ordered(SETS).cursor(group)) {
      while (cursor.next()) {
        elements.add(text(cursor.userKey()));
      }
    }
    return elements;
  }

  private static Set<String> keys(StateTable table) {
    Set<String> keys = new TreeSet<>();
    for (KeyCursor cursor = table.keys(); cursor.next(); ) {
      keys.add(cursor.keyGroup() + " " + text(cursor.key()));
    }
    return keys;
  }

  private static List<String> savepoint(StateStore store) {
    List<String> found = new ArrayList<>();
    try (StateSnapshot snapshot = store.snapshot()) {
      snapshot.await();
      try (SnapshotEntries entries =
          snapshot.entries(Set.of(VALUES), Set.of(LISTS), Set.of(MAPS, SETS))) {
        while (entries.next()) {
          found.add(
              entries.keyGroup()
                  + " "
                  + entries.table()
                  + " "
                  + text(entries.key())
                  + " "
                  + text(entries.userKey())
                  + " "
                  + text(entries.value()));
        }
      }
    }
    found.sort(null);
    return found;
  }

  /** Takes so many snapshots that the files are merged, and gives the last one. */
  static CopiedSnapshot merge(StateStore store) throws IOException {
    for (int i = 0; i < SNAPSHOTS_TILL_MERGED; i++) {
      store.values(FILLING).put(0, key(i), text("filling"));
      try (StateSnapshot snapshot = store.snapshot()) {
        snapshot.await();
      }
    }
    for (int i = 0; i < OPERATIONS_TILL_MERGED; i++) {
      store.values(FILLING).put(0, key(i), text("filled"));
    }
    return new CopiedSnapshot(store.snapshot());
  }

  /** Lets all expire that seems to have a timestamp, from now on. */
  static void expire(StateStore store) {
    ManualClock clock = new ManualClock();
    Expiry plain = new Expiry(0, 1, clock);
    store.expire(store.values(VALUES), plain);
    store.expire(store.maps(MAPS), plain);
    ListElements elements = (bytes, at, limit) -> Math.min(limit, at + 5);
    store.expire(store.lists(LISTS), new Expiry(0, 1, clock, () -> elements));
    clock.advanceMs(Long.MAX_VALUE - 1 - clock.wallMs());
  }

  /** Changes something of everything that there is. */
  static List<Runnable> changes(StateStore store) {
    List<Runnable> changes = new ArrayList<>();
    ByteSpan target = new ByteSpan();
    for (int i = 0; i < KEYS; i++) {
      ByteSpan key = key(i);
      int group = group(i);
      changes.add(() -> store.values(VALUES).put(group, key, text("another")));
      changes.add(() -> store.lists(LISTS).append(group, key, text("z".repeat(700))));
      changes.add(() -> store.lists(LISTS).append(group, key, text("z")));
      for (int j = 0; j < ENTRIES_WIDE; j += 7) {
        ByteSpan userKey = userKey(j);
        changes.add(() -> store.maps(MAPS).put(group, key, userKey, text("w".repeat(140))));
        changes.add(() -> store.maps(MAPS).put(group, key, userKey, text("w")));
        changes.add(() -> store.maps(MAPS).remove(group, key, userKey));
        changes.add(() -> store.ordered(SETS).add(group, userKey));
      }
      changes.add(() -> store.ordered(SETS).pollFirst(group, target));
      changes.add(
          () -> {
            try (MapCursor cursor = store.maps(MAPS).cursor(group, key)) {
              while (cursor.next()) {
                cursor.remove();
              }
            }
          });
    }
    return changes;
  }

  /** Takes away everything that there is. */
  static List<Runnable> clears(StateStore store) {
    List<Runnable> clears = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      ByteSpan key = key(i);
      int group = group(i);
      clears.add(() -> store.values(VALUES).clear(group, key));
      clears.add(() -> store.lists(LISTS).clear(group, key));
      clears.add(() -> store.maps(MAPS).clear(group, key));
      clears.add(() -> store.ordered(SETS).clear(group, new ByteSpan()));
    }
    for (int table : List.of(VALUES, LISTS, MAPS, SETS)) {
      clears.add(() -> store.drop(table));
    }
    return clears;
  }

  /** A file that is an array. */
  record BytesFile(byte[] bytes) implements ReadFile {
    @Override
    public int read(ByteBuffer target, long position) {
      int read = (int) Math.max(0, Math.min(target.remaining(), bytes.length - position));
      if (read > 0) {
        target.put(bytes, (int) position, read);
      }
      return read;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public void close() {}
  }
}
