package io.varve.state;

import io.varve.base.BadEventException;
import io.varve.base.BadSettingException;
import io.varve.base.CorruptionException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pages that hold all records: the youngest mutable, older ones sealed and written to files,
 * the oldest perhaps no longer in memory.
 *
 * <p>An address is a page's number and the place in it, in units of 8 bytes. Pages that hold
 * nothing alive are dropped, and their numbers used again: no slot leads to them any more.
 *
 * <p>Memory: a page that no operation under way has looked into may lose its frame as soon as its
 * file has its bytes. When three quarters of what the store may use are in use, the oldest mutable
 * pages are sealed, so that there are always some to let go.
 *
 * <p>The plan is FASTER's hybrid log (Chandramouli et al., SIGMOD 2018), for a single writer, with
 * dead bits in place of a chain of versions.
 *
 * <p>Thread: the store's owner.
 */
final class HybridLog {

  /** Bits of an address. */
  static final int ADDRESS_BITS = 34;

  private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
  private static final long BIRTH_MASK = (1L << (Long.SIZE - ADDRESS_BITS)) - 1;

  private static final int UNIT_BITS = 3;
  private static final int IN_PAGE_BITS = Page.BITS - UNIT_BITS;
  private static final int IN_PAGE_MASK = (1 << IN_PAGE_BITS) - 1;
  private static final int PAGES_MAX = 1 << (ADDRESS_BITS - IN_PAGE_BITS);

  /** What is read first of a record on disk. */
  private static final int FIRST_READ_BYTES = 1536;

  private static final int FIRST_READ_MAX = 16 << 10;

  /** As many pages are counted at once, once they have been written. */
  private static final int HARVESTED_PAGES = 1024;

  /** And as many given back by one snapshot: 256 MiB. */
  private static final int SHRUNK_PAGES = 2048;

  private final StateMemory memory;
  private final PageWriter writer;

  private @Nullable Page[] pages = new Page[64];
  private int pagesEnd = 1; // 0 is no address
  private final ArrayDeque<Integer> freeNumbers = new ArrayDeque<>();

  private final LivePages live = new LivePages();

  private final PageRegion nodes = new PageRegion();
  private final PageRegion content = new PageRegion();

  /** Sealed pages that are being written, or wait for it. */
  private final SealedPages sealed = new SealedPages();

  /** Pages that hold nothing alive, to be dropped when the next operation begins. */
  private final ArrayList<Page> hollow = new ArrayList<>();

  private long operation;

  /** Counts pages made. */
  private long births;

  /** Counts images; dead bits of an earlier epoch belong to an image and are copied on change. */
  private long epoch;

  /** Counts snapshots, from 1: each seals all pages by beginning a new era. */
  private long era = 1;

  /** Bytes of memory in use. */
  private long frameBytes;

  /** And of these, of what tells records apart. */
  private long printBytes;

  private long usedBytes;
  private long liveBytes;
  private long unwrittenBytes;
  private long sealedBytes;
  private long reads;
  private long readsCold;
  private long readsApart;

  HybridLog(StateMemory memory, PageWriter writer) {
    this.memory = memory;
    this.writer = writer;
  }

  /** Begins an operation: what views showed before may go away from now on. */
  void begin() {
    operation++;
    if (!hollow.isEmpty()) {
      dropHollow();
    }
  }

  // ---- reading

  /** Points the view at the record of that address. */
  void point(RecordView view, long address) {
    Page page = page(address);
    page.lastOperation = operation;
    reads++;
    ByteBuffer frame = page.frame;
    if (frame == null) {
      readsCold++;
      readCold(view, page, address);
    } else {
      view.set(frame, place(address), address, isMutable(page));
    }
  }

  private Page page(long address) {
    Page page = pages[(int) (address >>> IN_PAGE_BITS)];
    if (page == null) {
      // Pages go when nothing in them is alive: some record told a wrong length of another.
      throw new CorruptionException(
          "of keyed state, record", address, "a page with something alive", "none");
    }
    return page;
  }

  /** Checks that a record may have so many bytes, which another record tells. */
  void checkTold(long address, int bytes) {
    Page page = page(address);
    if (bytes > page.liveBytes()) {
      throw new CorruptionException(
          String.valueOf(page.file),
          page.filePosition + place(address),
          "a record of at most " + page.liveBytes() + " bytes",
          bytes + " bytes, as another record tells");
    }
  }

  /** Where in its page the record of that address begins. */
  static int place(long address) {
    return (int) (address & IN_PAGE_MASK) << UNIT_BITS;
  }

  /** Whether two addresses are in one page. */
  static boolean inOnePage(long address, long other) {
    return (address ^ other) >>> IN_PAGE_BITS == 0;
  }

  /** Whether a page that is looked into is read whole, there being room. */
  boolean takesPages() {
    return hasRoom(Page.BYTES);
  }

  /** The page of that address if it is in a file only, else null. */
  @Nullable Page pageToRead(long address) {
    Page page = page(address);
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
    return page(address).frame != null;
  }

  /**
   * Whose the record of that address is, by the prints of its page; {@link RecordPrints#NONE} if
   * that isn't known or it takes no reading to look at it.
   */
  long printUnread(RecordView view, long address) {
    Page page = page(address);
    RecordPrints prints = page.prints;
    if (prints == null || page.frame != null || view.holds(page, address)) {
      return RecordPrints.NONE;
    }
    return prints.at(place(address), page.used);
  }

  /** Bytes of a record whose print is known. */
  int bytesUnread(long address) {
    Page page = page(address);
    return Objects.requireNonNull(page.prints).bytesAt(place(address), page.used);
  }

  /** Whether the record of that address can be changed in place. */
  boolean isMutable(long address) {
    return isMutable(page(address));
  }

  private boolean isMutable(Page page) {
    return page.mutableEra == era;
  }

  private void readCold(RecordView view, Page page, long address) {
    if (view.holds(page, address)) {
      return;
    }
    int at = place(address);
    StateFile file = page.file;
    if (file == null) {
      throw new IllegalStateException("a page without frame and file");
    }
    if (page.used <= Page.BYTES && (hasRoom(page.used) || makeRoom(page))) {
      ByteBuffer frame = memory.tryAllocate(page.used);
      if (frame != null) {
        readFrame(page, file, frame);
        region(page).clean.add(page);
        view.set(frame, at, address, false);
        return;
      }
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

  /** Lends the page the frame if it can be filled with what the file has, which is checked. */
  private void readFrame(Page page, StateFile file, ByteBuffer frame) {
    boolean read = false;
    try {
      file.readPage(page, frame);
      read = true;
    } finally {
      if (!read) {
        memory.free(frame);
      }
    }
    addFrame(page, frame);
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
    long wanted = (long) RecordLayout.HEADER_BYTES + key.length() + capacity;
    if (wanted > RecordLayout.BYTES_MAX) {
      throw new BadEventException(
          "A key of "
              + key.length()
              + " bytes with "
              + capacity
              + " bytes of state is more than the "
              + RecordLayout.BYTES_MAX
              + " bytes that one record can have");
    }
    int bytes = Math.max(RecordLayout.BYTES_MIN, RecordLayout.bytes(key.length(), capacity));
    long address = reuse(kind, bytes);
    Page page;
    if (address != 0) {
      page = page(address);
      revive(page, place(address), bytes);
    } else {
      page = pageWithRoom(kind, bytes);
      address = (long) page.number << IN_PAGE_BITS | page.used >>> UNIT_BITS;
      boolean first = page.liveBytes() == 0;
      page.used += bytes;
      if (first) {
        live.set(page);
      }
      usedBytes += bytes;
      unwrittenBytes += bytes;
      liveBytes += bytes;
    }
    page.lastOperation = operation;
    ByteBuffer frame = page.frame;
    if (frame == null) {
      throw new IllegalStateException("a mutable page without frame");
    }
    int at = place(address);
    int room = bytes - RecordLayout.HEADER_BYTES - key.length();
    RecordLayout.write(frame, at, table, keyGroup, key, suffix, hash, valueLength, room);
    view.set(frame, at, address, true);
  }

  private long reuse(PageKind kind, int bytes) {
    DeadPlaces places = region(kind).dead;
    long address;
    while ((address = places.take(bytes)) != 0) {
      long birth = address >>> ADDRESS_BITS;
      address &= ADDRESS_MASK;
      Page page = pages[(int) (address >>> IN_PAGE_BITS)];
      if (page != null && isMutable(page) && page.birth == birth) {
        return address;
      }
    }
    return 0;
  }

  /** Notes that the record at the address is dead. */
  void kill(long address, int bytes) {
    Page page = page(address);
    kill(page, place(address), bytes);
    if (isMutable(page)) {
      PageRegion region = region(page);
      boolean reused = region.dead.add(bytes, page.birth << ADDRESS_BITS | address);
      if (!reused && page.liveBytes() == 0 && page != region.tail) {
        hollow.add(page);
      }
      return;
    }
    StateFile file = page.file;
    if (page.counted && file != null) {
      file.addLiveBytes(-bytes);
      if (page.liveBytes() == 0) {
        hollow.add(page);
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

  private PageRegion region(PageKind kind) {
    return kind == PageKind.NODES ? nodes : content;
  }

  private PageRegion region(Page page) {
    return region(page.kind);
  }

  private Page pageWithRoom(PageKind kind, int bytes) {
    PageRegion region = region(kind);
    if (bytes > Page.BYTES) {
      Page page = newPage(kind, bytes);
      // Behind the tail's back: the tail stays where small records go.
      region.mutable.addFirst(page);
      return page;
    }
    Page page = region.tail;
    if (page == null || page.used + bytes > Page.BYTES) {
      page = newPage(kind, Page.BYTES);
      region.mutable.addLast(page);
      region.tail = page;
    }
    return page;
  }

  private Page newPage(PageKind kind, int bytes) {
    sealAhead();
    ByteBuffer frame = frame(bytes);
    Page page = new Page(takeNumber());
    page.kind = kind;
    page.birth = ++births & BIRTH_MASK;
    page.mutableEra = era;
    page.frame = frame;
    pages[page.number] = page;
    return page;
  }

  private int takeNumber() {
    Integer number = freeNumbers.poll();
    if (number != null) {
      return number;
    }
    if (pagesEnd == PAGES_MAX) {
      throw new BadEventException(
          "The state of one task has grown to "
              + ((long) PAGES_MAX << Page.BITS >> 30)
              + " GiB on disk, which is all that can be addressed; raise the parallelism");
    }
    if (pagesEnd == pages.length) {
      pages = Arrays.copyOf(pages, pages.length * 2);
    }
    return pagesEnd++;
  }

  // ---- memory

  /**
   * A buffer of that many bytes, counted as this store's. Lets pages go, and waits for them to be
   * written, if there is no room.
   */
  ByteBuffer frame(int bytes) {
    while (true) {
      if (frameBytes + bytes <= memory.limitBytes()) {
        ByteBuffer frame = memory.tryAllocate(bytes);
        if (frame != null) {
          frameBytes += bytes;
          return frame;
        }
      }
      if (evict()) {
        continue;
      }
      sealOldest();
      if (awaitSealed()) {
        continue;
      }
      if (printBytes > 0) {
        dropPrints();
      } else {
        throw new BadSettingException(
            "managed memory",
            memory.bytesMax() + " bytes",
            "more, or fewer keys in one task: "
                + frameBytes
                + " bytes are in use that can't be written to disk, and "
                + bytes
                + " more are needed");
      }
    }
  }

  /** The same if there is room, or is when pages are let go that are written; else null. */
  @Nullable ByteBuffer tryFrame(int bytes) {
    while (frameBytes + bytes > memory.limitBytes()) {
      if (!evict()) {
        return null;
      }
    }
    ByteBuffer frame = memory.tryAllocate(bytes);
    frameBytes += frame == null ? 0 : bytes;
    return frame;
  }

  /**
   * Counts bytes that are kept on the heap as this store's, and lets pages go for them; false if
   * there is no room.
   */
  boolean reserve(long bytes) {
    while (frameBytes + bytes > memory.limitBytes()) {
      if (!evict()) {
        return false;
      }
    }
    // Else other stores have it: what they have is not to be had by letting go.
    boolean reserved = memory.tryReserve(bytes);
    frameBytes += reserved ? bytes : 0;
    return reserved;
  }

  /** Gives back what {@link #reserve} counted. */
  void release(long bytes) {
    frameBytes -= bytes;
    memory.release(bytes);
  }

  /** What the store may use now. */
  long memoryBytes() {
    return memory.limitBytes();
  }

  /** Counts what tells the page's records apart, and forgets it if there is no room for it. */
  private void keepPrints(Page page) {
    RecordPrints prints = page.prints;
    if (prints == null) {
      return;
    }
    int bytes = prints.bytes();
    long limit = memory.limitBytes();
    while (printBytes + bytes <= limit / 8) {
      if (frameBytes + bytes <= limit && memory.tryReserve(bytes)) {
        printBytes += bytes;
        frameBytes += bytes;
        return;
      }
      Page gone = content.takeToEvict(operation);
      if (gone == null) {
        break;
      }
      dropFrame(gone);
    }
    page.prints = null;
  }

  private void dropPrints(Page page) {
    RecordPrints prints = page.prints;
    if (prints != null && page.counted) {
      int bytes = prints.bytes();
      page.prints = null;
      printBytes -= bytes;
      frameBytes -= bytes;
      memory.release(bytes);
    }
  }

  private void dropPrints() {
    for (int i = 1; i < pagesEnd; i++) {
      Page page = pages[i];
      if (page != null) {
        dropPrints(page);
      }
    }
  }

  /** Whether so many bytes are no more than half of what the store may use. */
  boolean mayTake(long bytes) {
    return bytes <= memory.limitBytes() / 2;
  }

  /** Gives back what {@link #frame} gave. */
  void free(ByteBuffer frame) {
    frameBytes -= frame.capacity();
    memory.free(frame);
  }

  private void addFrame(Page page, ByteBuffer frame) {
    frameBytes += frame.capacity();
    page.frame = frame;
  }

  private void dropFrame(Page page) {
    ByteBuffer frame = page.frame;
    if (frame != null) {
      page.frame = null;
      free(frame);
    }
  }

  private boolean hasRoom(int bytes) {
    long limit = memory.limitBytes();
    return frameBytes + bytes <= limit - limit / 8;
  }

  /**
   * Lets content go, so that the page's nodes can come to stay. A page that has been written pays
   * for each page that is read thus, so that nodes which are too many for the memory are soon read
   * one by one again.
   */
  private boolean makeRoom(Page page) {
    if (page.kind != PageKind.NODES || content.clean.size() <= nodes.clean.size() / 2) {
      return false;
    }
    Page gone = content.takeToEvict(operation);
    if (gone == null) {
      return false;
    }
    dropFrame(gone);
    return frameBytes + page.used <= memory.limitBytes();
  }

  /** Lets a page's bytes go that its file has; false if there is none. */
  private boolean evict() {
    harvest();
    if (dropHollow()) {
      return true;
    }
    boolean contentFirst = content.clean.size() > nodes.clean.size() / 2;
    Page page = (contentFirst ? content : nodes).takeToEvict(operation);
    if (page == null) {
      page = (contentFirst ? nodes : content).takeToEvict(operation);
    }
    if (page == null) {
      return false;
    }
    dropFrame(page);
    return true;
  }

  /** Gives back some of what is more than the store's share, as far as it is in files. */
  void shrink() {
    for (int pages = SHRUNK_PAGES; pages > 0 && frameBytes > memory.limitBytes(); pages--) {
      if (!evict()) {
        return;
      }
    }
  }

  /** Keeps an eighth of the memory in pages that are written or being written. */
  private void sealAhead() {
    long limit = memory.limitBytes();
    if (frameBytes < limit / 4 * 3) {
      return;
    }
    harvest();
    long onTheWay = sealedBytes;
    if (onTheWay <= limit / 8) {
      onTheWay += cleanBytes(content, limit / 8) + cleanBytes(nodes, limit / 8);
    }
    while (onTheWay <= limit / 8) {
      Page oldest = oldestToSeal();
      if (oldest == null) {
        return;
      }
      seal(oldest);
      onTheWay += oldest.used;
    }
  }

  private static long cleanBytes(PageRegion region, long enough) {
    long bytes = 0;
    for (Page page : region.clean) {
      bytes += page.frame == null ? 0 : page.used;
      if (bytes > enough) {
        break;
      }
    }
    return bytes;
  }

  private void sealOldest() {
    Page oldest = oldestToSeal();
    if (oldest != null) {
      seal(oldest);
    }
  }

  /** Content goes first, as long as there is twice as much of it as of nodes. */
  private @Nullable Page oldestToSeal() {
    boolean contentFirst = content.mutable.size() > 2 * nodes.mutable.size();
    Page page = (contentFirst ? content : nodes).oldestToSeal(operation);
    return page != null ? page : (contentFirst ? nodes : content).oldestToSeal(operation);
  }

  private void seal(Page page) {
    region(page).remove(page);
    page.mutableEra = 0;
    sealed.add(page);
    sealedBytes += page.used;
    writer.write(page);
  }

  private boolean awaitSealed() {
    Page oldest = sealed.peek();
    if (oldest == null) {
      return false;
    }
    writer.await(oldest);
    harvest();
    return true;
  }

  /** Takes note of some of the pages that have been written meanwhile. */
  void harvest() {
    for (int pages = HARVESTED_PAGES; pages > 0; pages--) {
      Page page = sealed.peek();
      if (page == null || !page.written) {
        break;
      }
      sealed.remove();
      sealedBytes -= page.used;
      unwrittenBytes -= page.used;
      page.counted = true;
      StateFile file = page.file;
      if (file != null) {
        file.addPage(page);
      } else if (page.liveBytes() > 0) {
        throw new IllegalStateException("a page with live records that was not written");
      }
      if (page.liveBytes() == 0) {
        page.prints = null;
        hollow.add(page);
      } else {
        trim(page);
        region(page).clean.add(page);
        // The page itself may go for what tells its records apart.
        keepPrints(page);
      }
    }
    writer.check();
  }

  /** Moves what is in a page that is far from full to a smaller frame. */
  private void trim(Page page) {
    ByteBuffer frame = page.frame;
    if (frame == null
        || page.used > frame.capacity() / 2
        || page.lastOperation == operation
        || frameBytes + page.used > memory.limitBytes()) {
      return;
    }
    ByteBuffer smaller = memory.tryAllocate(page.used);
    if (smaller != null) {
      smaller.put(0, frame, 0, page.used);
      dropFrame(page);
      addFrame(page, smaller);
    }
  }

  /**
   * Drops pages in which nothing is alive, but for those that the operation under way has looked
   * into; whether any had bytes in memory.
   */
  private boolean dropHollow() {
    int kept = 0;
    boolean any = false;
    for (int i = 0; i < hollow.size(); i++) {
      Page page = hollow.get(i);
      // A record may have taken the place of a dead one since. What is still being written comes
      // again when it is.
      if (pages[page.number] != page
          || page.liveBytes() > 0
          || page.adopting
          || !(isMutable(page) || page.counted)) {
        continue;
      }
      if (page.lastOperation == operation) {
        hollow.set(kept++, page);
        continue;
      }
      if (isMutable(page)) {
        region(page).remove(page);
        unwrittenBytes -= page.used;
      }
      any |= page.frame != null;
      drop(page);
    }
    hollow.subList(kept, hollow.size()).clear();
    return any;
  }

  private void drop(Page page) {
    dropFrame(page);
    dropPrints(page);
    usedBytes -= page.used;
    pages[page.number] = null;
    freeNumbers.add(page.number);
    StateFile file = page.file;
    if (file != null) {
      file.dropPage(page);
      if (file.empty()) {
        writer.retireEmpty();
      }
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
    era++;
    for (PageRegion region : List.of(nodes, content)) {
      ArrayDeque<Page> all = region.takeMutable();
      if (!all.isEmpty()) {
        sealed.addAll(all);
        writer.putDown(all, image);
      }
    }
    sealedBytes = unwrittenBytes;
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
    Page page = written(file, indexInFile, filePosition, used);
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
    Page page = written(file, indexInFile, from.position, from.used);
    page.kind = from.kind;
    page.adopting = true;
    page.killAll(from, epoch);
    page.prints = from.prints;
    keepPrints(page);
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
      hollow.add(page);
    }
  }

  private Page written(StateFile file, int indexInFile, long filePosition, int used) {
    Page page = new Page(takeNumber());
    page.used = used;
    page.file = file;
    page.filePosition = filePosition;
    page.indexInFile = indexInFile;
    page.written = true;
    page.counted = true;
    pages[page.number] = page;
    usedBytes += used;
    return page;
  }

  /** Notes that a record of an adopted page is dead. */
  void killUnread(Page page, int at, int bytes) {
    kill(page, at, bytes);
    StateFile file = page.file;
    if (file != null) {
      file.addLiveBytes(-bytes);
    }
    if (page.liveBytes() == 0) {
      hollow.add(page);
    }
  }

  /** Drops the pages in which nothing was wanted. */
  void endOpening() {
    dropHollow();
  }

  /** The address of the record that begins at {@code at} in the page. */
  static long address(Page page, int at) {
    return (long) page.number << IN_PAGE_BITS | at >>> UNIT_BITS;
  }

  /** Pages made since the log began. */
  long pagesMade() {
    return births;
  }

  /** Bytes of pages that no file is known to have. */
  long unwrittenBytes() {
    return unwrittenBytes;
  }

  /** Bytes of all pages, in memory or not. */
  long usedBytes() {
    return usedBytes;
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

  /** Bytes of memory in use. */
  long frameBytes() {
    return frameBytes;
  }

  /** Gives all memory back. */
  void close() {
    for (int i = 1; i < pagesEnd; i++) {
      Page page = pages[i];
      if (page != null) {
        dropFrame(page);
        dropPrints(page);
      }
    }
  }
}
