package io.varve.state;

import io.varve.base.CorruptionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills a store that is being opened from snapshots: pages stay where they are, in the snapshots'
 * files, and the indexes are built from the files' footers. Records of other key groups, or of
 * tables that are no more, are marked dead. A file that several snapshots share, each with the key
 * groups it has of it, is opened once.
 *
 * <p>Thread: the store's owner.
 */
final class Opening {

  private final StateStoreSettings settings;
  private final StateFiles files;
  private final HybridLog log;
  private final RecordStore records;
  private final Localiser localiser;

  Opening(
      StateStoreSettings settings,
      StateFiles files,
      HybridLog log,
      RecordStore records,
      Localiser localiser) {
    this.settings = settings;
    this.files = files;
    this.log = log;
    this.records = records;
    this.localiser = localiser;
  }

  /** What one snapshot says of a file. */
  private record Use(RestoredSnapshot snapshot, SnapshotMeta.FileMeta meta) {

    /** The number in the store of a table with that number in the file; -1: it is not wanted. */
    int table(int inFile) {
      int[] then = meta.tables();
      int table = then == null ? inFile : inFile < then.length ? then[inFile] : -1;
      return table < 0 ? -1 : snapshot.tables().applyAsInt(table);
    }

    boolean alive(int page, int at) {
      return page < meta.pages().size() && meta.pages().get(page).alive(at);
    }

    boolean hollow(int page) {
      return page >= meta.pages().size() || meta.pages().get(page).dead() == null;
    }
  }

  void open(List<RestoredSnapshot> snapshots) throws IOException {
    Map<String, List<Use>> uses = new LinkedHashMap<>();
    for (RestoredSnapshot snapshot : snapshots) {
      for (SnapshotMeta.FileMeta file : SnapshotMeta.read(snapshot.meta()).files()) {
        uses.computeIfAbsent(file.name(), name -> new ArrayList<>()).add(new Use(snapshot, file));
      }
    }
    for (List<Use> of : uses.values()) {
      openFile(of);
    }
  }

  private void openFile(List<Use> uses) throws IOException {
    SnapshotMeta.FileMeta meta = uses.get(0).meta();
    RestoredSnapshot.Files source = uses.get(0).snapshot().files();
    StateFile file = new StateFile(meta.name(), () -> source.open(meta.name()));
    files.add(file);
    StateFooter.Read footer = StateFooter.read(file, meta.bytes());
    int count = footer.pageBytes().length;
    int[] tables = new int[footer.tablesEnd()];
    for (int table = 0; table < tables.length; table++) {
      tables[table] = -1;
      for (Use use : uses) {
        tables[table] = Math.max(tables[table], use.table(table));
      }
    }
    file.translate(tables);
    file.finish(meta.bytes(), count);
    @Nullable Page[] pages = new Page[count];
    long position = StateFile.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      int page = i;
      int used = footer.pageBytes()[i];
      if (uses.stream().allMatch(use -> use.hollow(page))) {
        file.skipPage(used);
      } else {
        pages[i] = log.adopt(file, i, position, used);
      }
      position += used;
    }
    for (Use use : uses) {
      if (use.meta().bytes() != meta.bytes() || use.meta().pages().size() > count) {
        throw new CorruptionException(
            file.name(),
            meta.bytes(),
            "a file of " + use.meta().bytes() + " bytes, as a snapshot tells",
            meta.bytes() + " bytes in " + count + " pages");
      }
    }
    footer.forEach(new Loading(file, uses, pages));
    log.endOpening();
    if (!file.empty()) {
      localiser.add(file);
    }
  }

  /** Puts what is alive into the indexes. */
  private final class Loading implements StateFooter.Group {

    private final StateFile file;
    private final List<Use> uses;
    private final @Nullable Page[] pages;
    private @Nullable KeyIndex index;

    Loading(StateFile file, List<Use> uses, @Nullable Page[] pages) {
      this.file = file;
      this.uses = uses;
      this.pages = pages;
    }

    @Override
    public void begin(int keyGroup, int tableInFile) {
      int table = settings.has(keyGroup) ? file.table(tableInFile) : -1;
      index = table < 0 ? null : records.index(table);
    }

    @Override
    public void record(int number, int at, int bytes, int hash) {
      Page page = pages[number];
      if (page == null) {
        return;
      }
      if (index != null && alive(number, at)) {
        index.insert(hash, HybridLog.address(page, at));
      } else {
        log.killUnread(page, at, bytes);
      }
    }

    private boolean alive(int page, int at) {
      for (int i = 0; i < uses.size(); i++) {
        if (uses.get(i).alive(page, at)) {
          return true;
        }
      }
      return false;
    }
  }
}
