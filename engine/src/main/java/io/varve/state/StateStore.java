package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.base.StoreClosedException;
import io.varve.base.StoreFailedException;
import io.varve.io.Directory;
import io.varve.work.Work;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keyed state of one task: tables of values, lists, maps and ordered sets, in memory that is
 * bounded and in files below it.
 *
 * <p>It survives nothing by itself: what shall outlive the process is a {@link StateSnapshot},
 * copied elsewhere, from which {@link #restore} opens another store. After the first write that
 * fails, and after a change that fails midway, every call throws that failure, and no snapshot is
 * made. A change that fails before it has begun, as for want of memory, changes nothing: the store
 * goes on.
 *
 * <p>Thread: confined to its owner.
 */
public final class StateStore implements AutoCloseable {

  private final StateMemory memory;
  private final FirstFailure failure = new FirstFailure();
  private final StateFiles files;
  private final Expiries expiries = new Expiries();
  private final PageWriter writer;
  private final HybridLog log;
  private final RecordStore records;
  private final Cleaner cleaner;
  private final Localiser localiser;
  private final Map<Integer, StateTable> tables = new HashMap<>();
  private boolean closed;

  private StateStore(
      StateStoreSettings settings,
      Directory folder,
      StateMemory memory,
      Work work,
      Executor transfers) {
    this.memory = memory;
    this.files = new StateFiles(folder, settings.nonce(), work.strand());
    this.writer = new PageWriter(files, expiries, work.strand(), failure);
    this.log = new HybridLog(memory, writer);
    this.records = new RecordStore(log, files.prints(), failure);
    this.cleaner = new Cleaner(log, records, files, expiries, writer, work.strand(), failure);
    records.cleanBy(cleaner);
    this.localiser = new Localiser(files, transfers);
  }

  /**
   * Opens an empty store.
   *
   * @param folder for its files alone; made if need be, emptied when the store is closed
   * @param memory may be shared with other stores
   * @param work shared too; must not end before the store is closed
   */
  public static StateStore open(
      StateStoreSettings settings, Directory folder, StateMemory memory, Work work) {
    return restore(settings, folder, memory, work, List.of());
  }

  /** As below, with files copied one after another. */
  public static StateStore restore(
      StateStoreSettings settings,
      Directory folder,
      StateMemory memory,
      Work work,
      List<RestoredSnapshot> snapshots) {
    return restore(settings, folder, memory, work, work.strand(), snapshots);
  }

  /**
   * Opens a store with what snapshots hold of its key groups. Their files serve reads at once; they
   * are linked to from the folder, or copied to it in the background.
   *
   * @param transfers what files are copied on, as many at once as it has threads
   * @throws CorruptionException if a snapshot's meta or the end of one of its files is damaged; a
   *     damaged record is found when it is read
   */
  public static StateStore restore(
      StateStoreSettings settings,
      Directory folder,
      StateMemory memory,
      Work work,
      Executor transfers,
      List<RestoredSnapshot> snapshots) {
    try {
      folder.create();
    } catch (IOException e) {
      throw new StoreFailedException("Can't make the folder for state " + folder.path(), e);
    }
    memory.join();
    StateStore store = null;
    boolean opened = false;
    try {
      store = new StateStore(settings, folder, memory, work, transfers);
      new Opening(settings, store.files, store.log, store.records, store.localiser).open(snapshots);
      store.cleaner.opened();
      opened = true;
      return store;
    } catch (IOException e) {
      throw new StoreFailedException("Can't open state from a snapshot", e);
    } finally {
      if (!opened) {
        if (store == null) {
          memory.leave();
        } else {
          store.close();
        }
      }
    }
  }

  /** The table of values of that number. */
  public ValueTable values(int table) {
    return table(ValueTable.class, table, number -> new ValueTable(records, number));
  }

  /** The table of lists of that number. */
  public ListTable lists(int table) {
    return table(ListTable.class, table, number -> new ListTable(records, number));
  }

  /** The table of maps of that number. */
  public MapTable maps(int table) {
    return table(MapTable.class, table, number -> new MapTable(records, number));
  }

  /** The table of ordered sets of that number. */
  public OrderedTable ordered(int table) {
    return table(OrderedTable.class, table, number -> new OrderedTable(records, number));
  }

  private <T extends StateTable> T table(Class<T> kind, int number, Function<Integer, T> make) {
    check();
    StateTable table = tables.computeIfAbsent(number, make);
    if (!kind.isInstance(table)) {
      throw new IllegalArgumentException(
          "Table " + number + " is a " + table.getClass().getSimpleName());
    }
    return kind.cast(table);
  }

  /**
   * Says when values of a table have had their time, from now on: they go when cleaning comes by
   * them. Those of a table that was opened from a snapshot stay until this is said.
   *
   * @param expiry null: they don't expire
   * @param table a table of values, of maps or of lists; of these each entry's value, or each
   *     element, expires
   * @throws IllegalArgumentException if it is another
   */
  public void expire(StateTable table, @Nullable Expiry expiry) {
    check();
    Expiries.TableKind kind = Expiries.kind(table);
    boolean fits =
        expiry == null || (expiry.elements() != null) == (kind == Expiries.TableKind.LISTS);
    if (kind == null || !fits || tables.get(table.table()) != table) {
      throw new IllegalArgumentException(
          "Table " + table.table() + " is none of this store whose values expire like this");
    }
    if (expiry == null) {
      expiries.remove(table.table());
    } else {
      expiries.set(table, kind, expiry);
    }
  }

  /** Forgets all that a table holds; its number may be used for another kind then. */
  public void drop(int table) {
    check();
    expiries.remove(table);
    records.drop(table);
    tables.remove(table);
  }

  /**
   * What the store holds now, in the same time whatever that is; nothing is copied. Only if
   * cleaning has fallen so far behind that the snapshot would have very many files, it is waited
   * for.
   *
   * <p>Writing begins with the next operation, or when {@link StateSnapshot#await} is called.
   *
   * <p>A store that does nothing else gives back here what is more than its share of the memory,
   * some of it at each snapshot: at the first what is in files already.
   */
  public StateSnapshot snapshot() {
    check();
    cleaner.beforeImage();
    long number = files.openImage();
    LogImage image = log.image();
    log.begin();
    log.resident().shrink();
    return new StateSnapshot(image, writer.finish(), files, localiser, cleaner, number);
  }

  /**
   * How much there is of what; also once the store is closed. Looks at no memory of the store's, so
   * another thread may ask between two operations of the owner's.
   */
  public StateStoreMetrics metrics() {
    long fileBytes = cleaner.fileBytes();
    return new StateStoreMetrics(
        records.records(),
        log.liveBytes(),
        log.resident().usedBytes(),
        log.resident().frameBytes(),
        records.indexBytes(),
        log.resident().unwrittenBytes(),
        memory.limitBytes(),
        files.count(),
        fileBytes,
        cleaner.isCleaning(),
        cleaner.passes(),
        cleaner.writtenBytes(),
        cleaner.expiredRecords(),
        CleaningPolicy.backlogBytes(fileBytes + log.resident().unwrittenBytes(), log.liveBytes()),
        log.reads() - log.readsCold(),
        log.readsCold(),
        localiser.filesLocal(),
        localiser.filesRemote(),
        localiser.bytesLeft());
  }

  private void check() {
    if (closed) {
      throw new StoreClosedException("The state store");
    }
    failure.check();
  }

  /** Gives memory back, closes the files and deletes those in its folder. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    failure.set(new StoreClosedException("The state store"));
    localiser.close();
    cleaner.close();
    writer.close();
    records.close();
    log.close();
    memory.leave();
    files.close();
  }
}
