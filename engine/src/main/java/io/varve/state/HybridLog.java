package io.varve.state;

import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All records: in pages of which the youngest are mutable, older ones sealed and written to files,
 * the oldest perhaps no longer in memory. {@link ResidentPages} sees to that.
 *
 * <p>The plan is FASTER's hybrid log (Chandramouli et al., SIGMOD 2018), for a single writer, with
 * dead bits in place of a chain of versions.
 *
 * <p>Thread: the store's owner.
 */
final class HybridLog {

  private static final long ADDRESS_MASK = (1L << Address.BITS) - 1;

  /** What is read first of a record on disk. */
  private static final int FIRST_READ_BYTES = 1536;

  private static final int FIRST_READ_MAX = 16 << 10;

  private final PageTable pages = new PageTable();
  private final ResidentPages resident;
  private final LivePages live = new LivePages();

  /** Counts images; dead bits of an earlier epoch belong to an image and are copied on change. */
  private long epoch;

  private long liveBytes;
  private long reads;
  private long readsCold;
  private long readsApart;

  HybridLog(StateMemory memory, PageWriter writer) {
    this.resident = new ResidentPages(pages, memory, writer);
  }

  /** Begins an operation: what views showed before may go away from now on. */
  void begin() {
    resident.begin();
  }

  /** The pages that it is made of, and their memory. */
  ResidentPages resident() {
    return resident;
  }

  // ---- reading

  /** Points the view at the record of that address. */
  void point(RecordView view, long address) {
    Page page = pages.get(address);
    resident.touch(page);
    reads++;
    ByteBuffer frame = page.frame;
    if (frame == null) {
      readsCold++;
      readCold(view, page, address);
    } else {
      view.set(frame, Address.place(address), address, resident.isMutable(page));
    }
  }

  /** Checks that a record may have so many bytes, which another record tells. */
  void checkTold(long address, int bytes) {
    Page page = pages.get(address);
    if (bytes > page.liveBytes()) {
      throw new CorruptionException(
          String.valueOf(page.file),
          page.filePosition + Address.place(address),
          "a record of at most " + page.liveBytes() + " bytes",
          bytes + " bytes, as another record tells");
    }
  }

  /** The page of that address if it is in a file only, else null. */
  @Nullable Page pageToRead(long address) {
    Page page = pages.get(address);
    return page.frame == null ? page : null;
  }

  /**
   * Counts records that were read past {@link #point}, with one read.
   *
   * @param apart whether another read was made for records of the same key
   */
  void readAhead(int records, boolean apart) {
    reads += records;
    readsCold += records;
    readsApart += apart ? 1 : 0;
  }

  /** Whether looking at the record of that address takes no reading. */
  boolean inMemory(long address) {
    return pages.get(address).frame != null;
  }

  /**
   * Whose the record of that address is, by the prints of its page; {@link RecordPrints#NONE} if
   * that isn't known or it takes no reading to look at it.
   */
  long printUnread(RecordView view, long address) {
    Page page = pages.get(address);
    RecordPrints prints = page.prints;
    if (prints == null || page.frame != null || view.holds(page, address)) {
      return RecordPrints.NONE;
    }
    return prints.at(Address.place(address), page.used);
  }

  /** Bytes of a record whose print is known. */
  int bytesUnread(long address) {
    Page page = pages.get(address);
    return Objects.requireNonNull(page.prints).bytesAt(Address.place(address), page.used);
  }

  /** Whether the record of that address can be changed in place. */
  boolean isMutable(long address) {
    return resident.isMutable(pages.get(address));
  }

  private void readCold(RecordView view, Page page, long address) {
    if (view.holds(page, address)) {
      return;
    }
    int at = Address.place(address);
    StateFile file = page.file;
    if (file == null) {
      throw new IllegalStateException("a page without frame and file");
    }
    if (resident.load(page, file)) {
      view.set(Objects.requireNonNull(page.frame), at, address, false);
      return;
    }
    int rest = page.used - at;
    // As large as the last one, perhaps: what is read in vain costs less than reading twice.
    int first = Math.min(rest, Math.max(FIRST_READ_BYTES, view.lastReadBytes(FIRST_READ_MAX)));
    ByteBuffer scratch = view.scratch(first);
    file.read(page.filePosition + at, scratch, 0, first);
    int bytes = file.checkedBytes(scratch, 0, page.filePosition + at, rest);
    if (bytes > first) {
      scratch = view.scratch(bytes);
      file.read(page.filePosition + at + first, scratch, first, bytes - first);
    }
    file.checkRecord(scratch, 0, page.filePosition + at);
    view.setRead(page, address, bytes);
  }

  // ---- writing

  /**
   * Makes room for a record and points the view at it; all but its header holds anything. The
   * capacity may turn out larger than asked for.
   */
  void append(
      RecordView view,
      PageKind kind,
      int table,
      int keyGroup,
      ByteSpan key,
      int suffix,
      int hash,
      int valueLength,
      int capacity) {
    RecordLayout.checkFits(key.length(), capacity);
    int bytes = Math.max(RecordLayout.BYTES_MIN, RecordLayout.bytes(key.length(), capacity));
    long address = reuse(kind, bytes);
    Page page;
    if (address != 0) {
      page = pages.get(address);
      revive(page, Address.place(address), bytes);
    } else {
      page = resident.withRoom(kind, bytes);
      address = Address.of(page, page.used);
      boolean first = page.liveBytes() == 0;
      resident.use(page, bytes);
      if (first) {
        live.set(page);
      }
      liveBytes += bytes;
    }
    resident.touch(page);
    ByteBuffer frame = page.frame;
    if (frame == null) {
      throw new IllegalStateException("a mutable page without frame");
    }
    int at = Address.place(address);
    int room = bytes - RecordLayout.HEADER_BYTES - key.length();
    RecordLayout.write(frame, at, table, keyGroup, key, suffix, hash, valueLength, room);
    view.set(frame, at, address, true);
  }

  private long reuse(PageKind kind, int bytes) {
    DeadPlaces places = resident.deadPlaces(kind);
    long address;
    while ((address = places.take(bytes)) != 0) {
      long birth = address >>> Address.BITS;
      address &= ADDRESS_MASK;
      Page page = pages.find(address);
      if (page != null
          && resident.isMutable(page)
          && (page.birth << Address.BITS >>> Address.BITS) == birth) {
        return address;
      }
    }
    return 0;
  }

  /** Notes that the record at the address is dead. */
  void kill(long address, int bytes) {
    Page page = pages.get(address);
    kill(page, Address.place(address), bytes);
    if (resident.isMutable(page)) {
      long place = page.birth << Address.BITS | address;
      boolean reused = resident.deadPlaces(page.kind).add(bytes, place);
      if (!reused && page.liveBytes() == 0 && !resident.isTail(page)) {
        resident.addHollow(page);
      }
      return;
    }
    StateFile file = page.file;
    if (page.counted && file != null) {
      file.addLiveBytes(-bytes);
      if (page.liveBytes() == 0) {
        resident.addHollow(page);
      }
    }
  }

  private void kill(Page page, int at, int bytes) {
    long[] before = page.dead;
    page.kill(at, bytes, epoch);
    liveBytes -= bytes;
    if (page.dead != before || page.liveBytes() == 0) {
      live.set(page);
    }
  }

  private void revive(Page page, int at, int bytes) {
    long[] before = page.dead;
    boolean first = page.liveBytes() == 0;
    page.revive(at, bytes, epoch);
    liveBytes += bytes;
    if (page.dead != before || first) {
      live.set(page);
    }
  }

  // ---- snapshots, cleaning, restoring

  /**
   * Seals all pages and returns what is alive now. Takes the same time whatever there is. Writing
   * begins with {@link PageWriter#start}.
   */
  LogImage image() {
    LogImage image = live.image();
    epoch++;
    resident.sealAll(image);
    return image;
  }

  /** Pages of the files, those of nodes first, and what is alive in them now. */
  List<LogImage.Part> capture(List<StateFile> files) {
    List<LogImage.Part> parts = new ArrayList<>();
    for (PageKind kind : PageKind.values()) {
      for (StateFile file : files) {
        for (Page page : file.pages()) {
          if (page != null && page.kind == kind && page.liveBytes() > 0) {
            parts.add(new LogImage.Part(page, page.dead));
          }
        }
      }
    }
    epoch++;
    return parts;
  }

  /** Takes in a page that a file holds already, everything in it alive. */
  Page adopt(StateFile file, int indexInFile, long filePosition, int used) {
    Page page = resident.written(file, indexInFile, filePosition, used);
    liveBytes += used;
    live.set(page);
    file.addPage(page);
    return page;
  }

  /**
   * Takes in a page of copies, all of them dead until {@link #reviveAdopted}. It stays until {@link
   * #endAdopting}.
   */
  Page adoptDead(StateFile file, int indexInFile, CleanedFile.CleanedPage from) {
    Page page = resident.written(file, indexInFile, from.position, from.used);
    page.kind = from.kind;
    page.adopting = true;
    page.killAll(from, epoch);
    page.prints = from.prints;
    resident.keepPrints(page);
    file.addPage(page);
    return page;
  }

  /** Notes that a record of an adopted page is alive from now on. */
  void reviveAdopted(Page page, int at, int bytes) {
    revive(page, at, bytes);
    StateFile file = page.file;
    if (file != null) {
      file.addLiveBytes(bytes);
    }
  }

  void endAdopting(Page page) {
    page.adopting = false;
    if (page.liveBytes() == 0) {
      resident.addHollow(page);
    }
  }

  /** Notes that a record of an adopted page is dead. */
  void killUnread(Page page, int at, int bytes) {
    kill(page, at, bytes);
    StateFile file = page.file;
    if (file != null) {
      file.addLiveBytes(-bytes);
    }
    if (page.liveBytes() == 0) {
      resident.addHollow(page);
    }
  }

  /** Drops the pages in which nothing was wanted. */
  void endOpening() {
    resident.dropHollow();
  }

  /** Bytes of records that are alive. */
  long liveBytes() {
    return liveBytes;
  }

  /** Records that were looked at. */
  long reads() {
    return reads;
  }

  /** And of these, records that were not in memory. */
  long readsCold() {
    return readsCold;
  }

  /** Reads that would not have been made if what belongs to one key had lain together. */
  long readsApart() {
    return readsApart;
  }

  /** Gives all memory back. */
  void close() {
    resident.close();
  }
}
