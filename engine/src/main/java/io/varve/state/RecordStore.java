package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.base.StoreFailedException;
import io.varve.base.VarveException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records known by table, key group, key and suffix: the log that holds them, and an index a table
 * that leads to them.
 *
 * <p>One operation is one {@link #select} and what is done with that key until the next; what views
 * show is valid as long.
 *
 * <p>Thread: the store's owner.
 */
final class RecordStore {

  static final int TABLES_MAX = 1 << 16;

  private final HybridLog log;
  private final IndexArena arena;
  private @Nullable KeyIndex[] indexes = new KeyIndex[8];
  private final RecordView probe = new RecordView();
  private final long[] addresses = new long[KeyIndex.SLOTS_MAX];
  private final RecordPrints.Maker prints;
  private @Nullable Cleaner cleaner;

  /** What cursors and lists read ahead of who asks for it. */
  final RecordBatch batch;

  /** Of no use but that what is looked at for it is looked at. */
  @SuppressWarnings("unused")
  private long touched;

  // The selected key.
  private KeyIndex index;
  private int table;
  private int keyGroup;
  private ByteSpan key = new ByteSpan();
  private long keyHash;

  // The last search for it.
  private int searched;
  private long found;
  private int foundBytes;
  private boolean searchValid;

  /** {@link #isChanged}. */
  private boolean changed;

  /** What has left something half done; nothing is to be built on that. */
  private @Nullable VarveException broken;

  private final FirstFailure failure;

  /**
   * @param prints as made by who writes the log's pages
   * @param failure ends the store if an operation leaves something half done
   */
  RecordStore(HybridLog log, RecordPrints.Maker prints, FirstFailure failure) {
    this.log = log;
    this.prints = prints;
    this.failure = failure;
    this.arena = new IndexArena(log.resident());
    this.batch = new RecordBatch(log);
    this.index = index(0);
  }

  /** Lets the cleaner move records from now on. */
  void cleanBy(Cleaner cleaner) {
    this.cleaner = cleaner;
  }

  /** The table's index, made if need be. */
  KeyIndex index(int table) {
    if (table < 0 || table >= TABLES_MAX) {
      throw new IllegalArgumentException("table " + table);
    }
    if (table >= indexes.length) {
      indexes = Arrays.copyOf(indexes, Math.max(table + 1, indexes.length * 2));
    }
    KeyIndex index = indexes[table];
    if (index == null) {
      index = new KeyIndex(arena);
      indexes[table] = index;
    }
    return index;
  }

  /** Begins an operation on a key, whose bytes must stay until the next. */
  void select(int table, int keyGroup, ByteSpan key) {
    Cleaner cleaner = this.cleaner;
    if (cleaner != null && cleaner.isDue()) {
      log.begin();
      cleaner.step();
    }
    selectAlone(table, keyGroup, key);
  }

  // ---- operations that fail

  private void checkWhole() {
    VarveException broken = this.broken;
    if (broken != null) {
      throw broken;
    }
  }

  /**
   * Notes that the operation under way leaves something half done if it fails from here on; where
   * that ends before the operation does, {@link #setChanged} takes it back.
   *
   * @return whether it was noted before
   */
  boolean changing() {
    boolean before = changed;
    changed = true;
    return before;
  }

  /** Whether the operation under way would leave something half done if it failed now. */
  boolean isChanged() {
    return changed;
  }

  /** Takes back what was noted since {@link #changing} or {@link #isChanged} returned that. */
  void setChanged(boolean before) {
    changed = before;
  }

  /** Begins an operation that does not begin with {@link #select}. */
  void beginUnselected() {
    changed = false;
  }

  /**
   * Called by whoever has begun an operation with what has ended it. If that has left something
   * half done, or is no failure that is expected, the store ends with it: no snapshot must be made
   * of what there is now. Else the store goes on, as before the operation.
   */
  void failed(Throwable e) {
    if (changed || !(e instanceof VarveException)) {
      broken =
          failure.set(
              e instanceof VarveException known
                  ? known
                  : new StoreFailedException("Changing state has failed midway", e));
    }
  }

  /** The same, while nothing that was there before goes away. */
  void selectAlone(int table, int keyGroup, ByteSpan key) {
    checkWhole();
    log.begin();
    changed = false;
    KeyIndex index = table < indexes.length ? indexes[table] : null;
    this.index = index == null ? index(table) : index;
    this.table = table;
    this.keyGroup = keyGroup;
    this.key = key;
    this.keyHash = RecordLayout.hash(keyGroup, key);
    this.searchValid = false;
  }

  /** Points the view at the key's record of that suffix; false if there is none. */
  boolean find(int suffix, RecordView view) {
    int hash = RecordLayout.hash(keyHash, suffix);
    searchValid = true;
    searched = suffix;
    for (long address = index.first(hash); address != 0; address = index.next()) {
      log.point(view, address);
      if (RecordLayout.is(view.buffer(), view.at(), keyGroup, key, suffix)) {
        found = address;
        foundBytes = view.bytes();
        return true;
      }
    }
    found = 0;
    return false;
  }

  /**
   * The same for who replaces or removes the record, whatever it holds: it may not be read if it is
   * on disk. {@link #put} and {@link #remove} know of it anyway.
   *
   * @return whether the view shows it
   */
  boolean findToReplace(int suffix, RecordView view) {
    int hash = RecordLayout.hash(keyHash, suffix);
    long print = RecordPrints.NONE;
    for (long address = index.first(hash); address != 0; address = index.next()) {
      long known = log.printUnread(view, address);
      if (known != RecordPrints.NONE) {
        if (print == RecordPrints.NONE) {
          print = prints.print(keyGroup, key, suffix);
        }
        if (known == print) {
          foundAt(suffix, address, log.bytesUnread(address));
          return false;
        }
        continue;
      }
      log.point(view, address);
      if (RecordLayout.is(view.buffer(), view.at(), keyGroup, key, suffix)) {
        foundAt(suffix, address, view.bytes());
        return true;
      }
    }
    foundAt(suffix, 0, 0);
    return false;
  }

  /**
   * The same for a record of which it is known that it is there, and takes so many bytes. If it is
   * on disk and no other has its hash, it is not read.
   *
   * @return whether the view shows it
   */
  boolean findKnown(int suffix, int bytes, RecordView view) {
    long address = index.first(RecordLayout.hash(keyHash, suffix));
    if (address == 0 || log.inMemory(address) || index.next() != 0) {
      return find(suffix, view);
    }
    log.checkTold(address, bytes);
    foundAt(suffix, address, bytes);
    return false;
  }

  /** Gets the index ready for a search for that suffix, which will follow. */
  void touch(int suffix) {
    touched ^= index.touch(RecordLayout.hash(keyHash, suffix));
  }

  /**
   * Adds the key's record of that suffix to the {@link #batch}, if the index alone tells which it
   * is.
   *
   * @return whether there may be room for more
   */
  boolean addToBatch(int name, int suffix, int expectedBytes) {
    if (!RecordBatch.takes(expectedBytes)) {
      return true;
    }
    long address = index.first(RecordLayout.hash(keyHash, suffix));
    return address == 0 || index.next() != 0 || batch.add(name, suffix, address, expectedBytes);
  }

  /** Reads what was added to the batch. */
  void readBatch() {
    batch.read(keyGroup, key);
  }

  /** Points the view at the key's record of that suffix if it can be changed in place. */
  boolean findMutable(int suffix, RecordView view) {
    int hash = RecordLayout.hash(keyHash, suffix);
    for (long address = index.first(hash); address != 0; address = index.next()) {
      if (log.isMutable(address)) {
        log.point(view, address);
        if (RecordLayout.is(view.buffer(), view.at(), keyGroup, key, suffix)) {
          foundAt(suffix, address, view.bytes());
          return true;
        }
      }
    }
    return false;
  }

  /** Lets {@link #put} take the place of a record that was found before, in this operation. */
  void foundAt(int suffix, long address, int bytes) {
    searchValid = true;
    searched = suffix;
    found = address;
    foundBytes = bytes;
  }

  /**
   * Checks that a record of the selected key can have a value of that capacity, for who changes
   * something before {@link #put}.
   *
   * @throws io.varve.base.BadEventException if it can't
   */
  void checkFits(long capacity) {
    RecordLayout.checkFits(key.length(), capacity);
  }

  /**
   * Makes a new record with that suffix, in place of the old one if there is one, and points the
   * view at it. Its value holds anything; its capacity may be larger than asked for. Another view
   * of the old record stays good until the operation ends.
   *
   * <p>If it fails, which is for want of memory, all is as before; that is noted as {@link
   * #changing} once it is done.
   */
  void put(PageKind kind, int suffix, int valueLength, int capacity, RecordView view) {
    if (!searchValid || searched != suffix) {
      find(suffix, probe);
    }
    long before = found;
    int hash = RecordLayout.hash(keyHash, suffix);
    // Before there is a record that no slot would lead to.
    int block = before == 0 ? index.blockWithRoom(hash) : 0;
    log.append(view, kind, table, keyGroup, key, suffix, hash, valueLength, capacity);
    changed = true;
    if (before == 0) {
      index.insert(block, KeyIndex.content(hash, view.address()));
    } else {
      index.replace(hash, before, view.address());
      log.kill(before, foundBytes);
    }
    found = view.address();
    foundBytes = view.bytes();
  }

  /** Removes the key's record of that suffix; whether there was one. */
  boolean remove(int suffix) {
    findToReplace(suffix, probe);
    if (found == 0) {
      return false;
    }
    removeAt(suffix, found, foundBytes);
    return true;
  }

  /** Removes a record of which it is known that it is there, and takes so many bytes. */
  void removeKnown(int suffix, int bytes) {
    if (findKnown(suffix, bytes, probe) || found != 0) {
      removeAt(suffix, found, foundBytes);
    }
  }

  /** Removes the record that the view shows. */
  void remove(RecordView view, int suffix) {
    removeAt(suffix, view.address(), view.bytes());
  }

  private void removeAt(int suffix, long address, int bytes) {
    changed = true;
    index.remove(RecordLayout.hash(keyHash, suffix), address);
    log.kill(address, bytes);
    searchValid = false;
  }

  /**
   * Shows the cursor the keys of all records with suffix 0 in the index's block of that hash;
   * returns where the next block begins, or {@link KeyIndex#HASHES} behind the last.
   */
  int copyKeys(int table, int fromHash, KeyCursor cursor) {
    checkWhole();
    KeyIndex index = index(table);
    int count = index.addresses(fromHash, addresses);
    for (int i = 0; i < count; i++) {
      log.begin();
      log.point(probe, addresses[i]);
      if (RecordLayout.suffix(probe.buffer(), probe.at()) == 0) {
        cursor.copy(probe);
      }
    }
    searchValid = false;
    return index.nextBlock(fromHash);
  }

  /** Forgets all records of a table. */
  void drop(int table) {
    beginUnselected();
    try {
      dropAll(table);
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
  }

  private void dropAll(int table) {
    KeyIndex index = index(table);
    for (int hash = 0; hash < KeyIndex.HASHES; hash = index.nextBlock(hash)) {
      int count = index.addresses(hash, addresses);
      for (int i = 0; i < count; i++) {
        log.begin();
        log.point(probe, addresses[i]);
        // One by one: if one can't be read, no slot leads to those that are dead.
        changed = true;
        index.remove(RecordLayout.hash(probe.buffer(), probe.at()), addresses[i]);
        log.kill(addresses[i], probe.bytes());
      }
    }
    index.clear();
    searchValid = false;
  }

  /** Records of all tables. */
  long records() {
    long records = 0;
    for (KeyIndex index : indexes) {
      records += index == null ? 0 : index.size();
    }
    return records;
  }

  /** Bytes of memory that the indexes take. */
  long indexBytes() {
    return arena.bytes();
  }

  void close() {
    batch.close();
    arena.close();
  }
}
