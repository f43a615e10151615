package io.varve.state;

import io.varve.base.CorruptionException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

  /** Bytes of footers that are kept at a time. */
  private static final long AHEAD_BYTES_MAX = 64 << 20;

  private final StateStoreSettings settings;
  private final StateFiles files;
  private final HybridLog log;
  private final RecordStore records;
  private final Localiser localiser;

  /** By table. */
  private final Map<Integer, IndexLoader> loaders = new HashMap<>();

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

    /** Records of the file that are dead, but for those of pages that hold nothing alive. */
    long deadRecords() {
      long dead = 0;
      for (SnapshotMeta.PageMeta page : meta.pages()) {
        long[] bits = page.dead();
        for (int i = 0; bits != null && i < bits.length; i++) {
          dead += Long.bitCount(bits[i]);
        }
      }
      return dead;
    }

    boolean alive(int page, int at) {
      return page < meta.pages().size() && meta.pages().get(page).alive(at);
    }

    /** The dead bits of so many pages; null where nothing is alive. */
    long @Nullable [] @Nullable [] dead(int pages) {
      long @Nullable [] @Nullable [] dead = new long[pages][];
      for (int i = 0; i < meta.pages().size(); i++) {
        dead[i] = meta.pages().get(i).dead();
      }
      return dead;
    }

    boolean hollow(int page) {
      return page >= meta.pages().size() || meta.pages().get(page).dead() == null;
    }
  }

  /** A file, and what snapshots say of it. */
  private record Opened(StateFile file, List<Use> uses) {

    long bytes() {
      return uses.get(0).meta().bytes();
    }

    StateFooter.Read footer() {
      return StateFooter.read(file, bytes());
    }
  }

  void open(List<RestoredSnapshot> snapshots) throws IOException {
    Map<String, List<Use>> uses = new LinkedHashMap<>();
    for (RestoredSnapshot snapshot : snapshots) {
      for (SnapshotMeta.FileMeta file : SnapshotMeta.read(snapshot.meta()).files()) {
        uses.computeIfAbsent(file.name(), name -> new ArrayList<>()).add(new Use(snapshot, file));
      }
    }
    List<Opened> opened = new ArrayList<>();
    for (Map.Entry<String, List<Use>> entry : uses.entrySet()) {
      RestoredSnapshot.Files source = entry.getValue().get(0).snapshot().files();
      StateFile file = localiser.open(entry.getKey(), source);
      files.add(file);
      opened.add(new Opened(file, entry.getValue()));
    }
    // As many as fit tell how large the indexes become; those behind them are read in their turn.
    ArrayDeque<StateFooter.Read> footers = new ArrayDeque<>();
    long aheadBytes = 0;
    for (int i = 0; i < opened.size() && aheadBytes < AHEAD_BYTES_MAX; i++) {
      StateFooter.Read footer = opened.get(i).footer();
      footers.add(footer);
      aheadBytes += footer.bytes();
    }
    reserve(opened, footers);
    for (Opened one : opened) {
      StateFooter.Read ahead = footers.poll();
      fill(one, ahead == null ? one.footer() : ahead);
    }
    loaders.values().forEach(IndexLoader::flush);
    loaders.clear();
    for (Opened one : opened) {
      if (!one.file().empty()) {
        localiser.add(one.file());
      }
    }
  }

  /** Makes the indexes about as large as they will be. */
  private void reserve(List<Opened> opened, Iterable<StateFooter.Read> footers) {
    Map<Integer, Long> byTable = new LinkedHashMap<>();
    int number = 0;
    for (StateFooter.Read footer : footers) {
      List<Use> uses = opened.get(number++).uses();
      double alive = 1 - uses.get(0).deadRecords() / (double) Math.max(1, footer.records());
      for (int group = 0; group < footer.groups(); group++) {
        int table = settings.has(footer.keyGroup(group)) ? table(uses, footer.table(group)) : -1;
        if (table >= 0) {
          byTable.merge(table, (long) (footer.count(group) * alive), Long::sum);
        }
      }
    }
    byTable.forEach(
        (table, count) -> {
          if (log.resident().mayTake(KeyIndex.reservedBytes(count))) {
            records.index(table).reserve(count);
          }
        });
  }

  /** The number in the store of the table with that number in the file; -1: it is not wanted. */
  private static int table(List<Use> uses, int inFile) {
    int table = -1;
    for (Use use : uses) {
      table = Math.max(table, use.table(inFile));
    }
    return table;
  }

  private IndexLoader loader(int table) {
    return new IndexLoader(records.index(table));
  }

  private void fill(Opened opened, StateFooter.Read footer) {
    StateFile file = opened.file();
    List<Use> uses = opened.uses();
    int count = footer.pageBytes().length;
    int[] tables = new int[footer.tablesEnd()];
    Arrays.setAll(tables, table -> table(uses, table));
    file.translate(tables);
    file.finish(opened.bytes(), count, footer.timestamps());
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
      if (use.meta().bytes() != opened.bytes() || use.meta().pages().size() > count) {
        throw new CorruptionException(
            file.name(),
            opened.bytes(),
            "a file of " + use.meta().bytes() + " bytes, as a snapshot tells",
            opened.bytes() + " bytes in " + count + " pages");
      }
    }
    Loading loading = new Loading(file, uses, pages, footer.pageBytes());
    footer.forEach(loading);
    loading.complete();
    log.endOpening();
  }

  /**
   * Puts what is alive into the indexes. What is asked of each record is kept in arrays by page:
   * the records of one group lie in all of them.
   */
  private final class Loading implements StateFooter.Group {

    private final StateFile file;
    private final List<Use> uses;

    /** Null where nothing was alive. */
    private final @Nullable Page[] pages;

    /** The dead bits of each page, of the only use there is; null if there are several. */
    private final long @Nullable [] @Nullable [] dead;

    /** Bytes of each page that belong to no record shown so far. */
    private final int[] bytesLeft;

    /** What becomes each page's {@link Page#digest}. */
    private final long[] digests;

    private @Nullable IndexLoader loader;
    private int keyGroup;
    private int tableInFile;

    Loading(StateFile file, List<Use> uses, @Nullable Page[] pages, int[] pageBytes) {
      this.file = file;
      this.uses = uses;
      this.pages = pages;
      this.bytesLeft = pageBytes.clone();
      this.digests = new long[pages.length];
      this.dead = uses.size() == 1 ? uses.get(0).dead(pages.length) : null;
    }

    @Override
    public void begin(int keyGroup, int tableInFile) {
      this.keyGroup = keyGroup;
      this.tableInFile = tableInFile;
      int table = settings.has(keyGroup) ? file.table(tableInFile) : -1;
      loader = table < 0 ? null : loaders.computeIfAbsent(table, Opening.this::loader);
    }

    @Override
    public void record(int number, int at, int bytes, int hash) {
      Page page = pages[number];
      if (page == null) {
        return;
      }
      int left = bytesLeft[number] - bytes;
      if (left < 0) {
        throw incomplete(page);
      }
      bytesLeft[number] = left;
      digests[number] += RecordLayout.digest(at, bytes, hash, keyGroup, tableInFile);
      if (loader != null && alive(number, at)) {
        loader.add(hash, Address.of(page, at));
      } else {
        log.killUnread(page, at, bytes);
      }
    }

    /**
     * Tells the pages what their records are, once it is checked that these take all of each page:
     * none is alive that nobody knows.
     */
    void complete() {
      for (int i = 0; i < pages.length; i++) {
        Page page = pages[i];
        if (page != null) {
          if (bytesLeft[i] != 0) {
            throw incomplete(page);
          }
          page.digest = digests[i];
        }
      }
    }

    private CorruptionException incomplete(Page page) {
      return new CorruptionException(
          file.name(),
          page.filePosition,
          "records of " + page.used + " bytes together, as the page has",
          "others in the footer");
    }

    private boolean alive(int page, int at) {
      long @Nullable [] @Nullable [] dead = this.dead;
      if (dead != null) {
        return !Page.isDead(dead[page], at);
      }
      for (int i = 0; i < uses.size(); i++) {
        if (uses.get(i).alive(page, at)) {
          return true;
        }
      }
      return false;
    }
  }
}
