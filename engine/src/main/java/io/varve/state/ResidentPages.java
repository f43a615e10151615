package io.varve.state;

import io.varve.base.BadSettingException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Which pages have their bytes in memory: hands out frames, seals the oldest mutable pages in time,
 * and lets go of what files have when there is no room.
 *
 * <p>A page is mutable, then sealed, then written, and clean from when that is known. A clean one
 * may lose its frame unless the operation under way has looked into it. When three quarters of what
 * the store may use are in use, the oldest mutable pages are sealed, so that there are always some
 * to let go. One in which nothing is alive is dropped.
 *
 * <p>Thread: the store's owner.
 */
final class ResidentPages {

  /** As many pages are counted at once, once they have been written. */
  private static final int HARVESTED_PAGES = 1024;

  /** And as many given back by one snapshot: 256 MiB. */
  private static final int SHRUNK_PAGES = 2048;

  private final PageTable table;
  private final PageFrames frames;
  private final PageWriter writer;

  private final PageRegions regions = new PageRegions();

  /** Sealed pages that are being written, or wait for it. */
  private final SealedPages sealed = new SealedPages();

  /** Pages that hold nothing alive, to be dropped when the next operation begins. */
  private final ArrayList<Page> hollow = new ArrayList<>();

  private long operation;

  /** Counts snapshots, from 1: each seals all pages by beginning a new era. */
  private long era = 1;

  /** Counts pages made. */
  private long births;

  private long usedBytes;
  private long unwrittenBytes;
  private long sealedBytes;

  ResidentPages(PageTable table, StateMemory memory, PageWriter writer) {
    this.table = table;
    this.frames = new PageFrames(memory);
    this.writer = writer;
  }

  /** Begins an operation: what was looked into before may go from now on. */
  void begin() {
    operation++;
    if (!hollow.isEmpty()) {
      dropHollow();
    }
  }

  /** Notes that the operation under way has looked into the page. */
  void touch(Page page) {
    page.lastOperation = operation;
  }

  boolean isMutable(Page page) {
    return page.mutableEra == era;
  }

  /** The places of dead records in mutable pages of that kind. */
  DeadPlaces deadPlaces(PageKind kind) {
    return regions.of(kind).dead;
  }

  /** Whether new records of its kind go to the page. */
  boolean isTail(Page page) {
    return page == regions.of(page).tail;
  }

  // ---- new pages and new records

  /** A mutable page that has room for so many bytes. */
  Page withRoom(PageKind kind, int bytes) {
    PageRegion region = regions.of(kind);
    if (bytes > Page.BYTES) {
      Page page = make(kind, bytes);
      // Behind the tail's back: the tail stays where small records go.
      region.mutable.addFirst(page);
      return page;
    }
    Page page = region.tail;
    if (page == null || page.used + bytes > Page.BYTES) {
      page = make(kind, Page.BYTES);
      region.mutable.addLast(page);
      region.tail = page;
    }
    return page;
  }

  private Page make(PageKind kind, int bytes) {
    sealAhead();
    ByteBuffer frame = frame(bytes);
    Page page = null;
    try {
      page = table.make();
    } finally {
      if (page == null) {
        frames.free(frame);
      }
    }
    page.kind = kind;
    page.birth = ++births;
    page.mutableEra = era;
    page.frame = frame;
    return page;
  }

  /** Takes so many more bytes of a mutable page into use. */
  void use(Page page, int bytes) {
    page.used += bytes;
    usedBytes += bytes;
    unwrittenBytes += bytes;
  }

  /** Makes a page of bytes that a file has. */
  Page written(StateFile file, int indexInFile, long filePosition, int used) {
    Page page = table.make();
    page.used = used;
    page.file = file;
    page.filePosition = filePosition;
    page.indexInFile = indexInFile;
    page.written = true;
    page.counted = true;
    usedBytes += used;
    return page;
  }

  /** Mutable pages made so far. */
  long pagesMade() {
    return births;
  }

  /** Bytes of all pages, in memory or not. */
  long usedBytes() {
    return usedBytes;
  }

  /** Bytes of pages that no file is known to have. */
  long unwrittenBytes() {
    return unwrittenBytes;
  }

  // ---- memory

  /** Bytes of memory in use. */
  long frameBytes() {
    return frames.bytes();
  }

  /** What the store may use now. */
  long memoryBytes() {
    return frames.limit();
  }

  /** Whether so many bytes are no more than half of that. */
  boolean mayTake(long bytes) {
    return bytes <= frames.limit() / 2;
  }

  /** Whether there is room for so many bytes without letting go of anything. */
  boolean hasRoom(int bytes) {
    return frames.fitsWell(bytes);
  }

  /**
   * A buffer of that many bytes, counted as this store's. Lets pages go, and waits for them to be
   * written, if there is no room.
   */
  ByteBuffer frame(int bytes) {
    while (true) {
      ByteBuffer frame = frames.fits(bytes) ? frames.take(bytes) : null;
      if (frame != null) {
        return frame;
      }
      if (evict()) {
        continue;
      }
      sealOldest();
      if (awaitSealed()) {
        continue;
      }
      if (frames.hasPrints()) {
        table.forEach(frames::dropPrints);
      } else {
        throw new BadSettingException(
            "managed memory",
            frames.leaseBytes() + " bytes",
            "more, or fewer keys in one task: of the "
                + frames.limit()
                + " bytes that are this store's part of it, "
                + frames.bytes()
                + " are in use that can't be written to disk, and "
                + bytes
                + " more are needed");
      }
    }
  }

  /** The same if there is room, or is when pages are let go that are written; else null. */
  @Nullable ByteBuffer tryFrame(int bytes) {
    return makeFit(bytes) ? frames.take(bytes) : null;
  }

  /** Gives back what {@link #frame} or {@link #tryFrame} gave. */
  void free(ByteBuffer frame) {
    frames.free(frame);
  }

  /**
   * Counts bytes that are kept on the heap as this store's, and lets pages go for them; false if
   * there is no room.
   */
  boolean reserve(long bytes) {
    // What other stores have is not to be had by letting go.
    return makeFit(bytes) && frames.reserve(bytes);
  }

  /** Gives back what {@link #reserve} counted. */
  void release(long bytes) {
    frames.release(bytes);
  }

  private boolean makeFit(long bytes) {
    while (!frames.fits(bytes)) {
      if (!evict()) {
        return false;
      }
    }
    return true;
  }

  /** Reads the page's bytes into memory if there is room; else false. */
  boolean load(Page page, StateFile file) {
    if (page.used > Page.BYTES || !(frames.fitsWell(page.used) || makeRoom(page))) {
      return false;
    }
    ByteBuffer frame = frames.take(page.used);
    if (frame == null) {
      return false;
    }
    boolean read = false;
    try {
      file.readPage(page, frame);
      read = true;
    } finally {
      if (!read) {
        frames.free(frame);
      }
    }
    page.frame = frame;
    regions.of(page).clean.add(page);
    return true;
  }

  /**
   * Lets content go, so that the page's nodes can come to stay. A page that has been written pays
   * for each page that is read thus, so that nodes which are too many for the memory are soon read
   * one by one again.
   */
  private boolean makeRoom(Page page) {
    if (page.kind != PageKind.NODES || !regions.hasContentToEvict()) {
      return false;
    }
    return letGo(regions.takeContentToEvict(operation)) && frames.fits(page.used);
  }

  /** Lets a page's bytes go that its file has; false if there is none. */
  private boolean evict() {
    harvest();
    return dropHollow() || letGo(regions.takeToEvict(operation));
  }

  private boolean letGo(@Nullable Page clean) {
    if (clean == null) {
      return false;
    }
    frames.drop(clean);
    return true;
  }

  /** Gives back some of what is more than the store's share, as far as it is in files. */
  void shrink() {
    for (int pages = SHRUNK_PAGES; pages > 0 && !frames.fits(0); pages--) {
      if (!evict()) {
        return;
      }
    }
  }

  /** Counts what tells the page's records apart, and forgets it if there is no room for it. */
  void keepPrints(Page page) {
    RecordPrints prints = page.prints;
    if (prints == null) {
      return;
    }
    while (frames.mayPrint(prints.bytes())) {
      if (frames.keepPrints(prints)) {
        return;
      }
      if (!letGo(regions.takeContentToEvict(operation))) {
        break;
      }
    }
    page.prints = null;
  }

  // ---- sealing

  /** Keeps an eighth of the memory in pages that are written or being written. */
  private void sealAhead() {
    long limit = frames.limit();
    if (frames.bytes() < limit / 4 * 3) {
      return;
    }
    harvest();
    long onTheWay = sealedBytes;
    if (onTheWay <= limit / 8) {
      onTheWay += regions.cleanBytes(limit / 8);
    }
    while (onTheWay <= limit / 8) {
      Page oldest = regions.oldestToSeal(operation);
      if (oldest == null) {
        return;
      }
      seal(oldest);
      onTheWay += oldest.used;
    }
  }

  private void sealOldest() {
    Page oldest = regions.oldestToSeal(operation);
    if (oldest != null) {
      seal(oldest);
    }
  }

  private void seal(Page page) {
    regions.of(page).remove(page);
    page.mutableEra = 0;
    sealed.add(page);
    sealedBytes += page.used;
    writer.write(page);
  }

  /**
   * Seals all pages. Takes the same time however many there are. Writing those that the image holds
   * begins with {@link PageWriter#start}.
   */
  void sealAll(LogImage image) {
    era++;
    for (PageRegion region : regions.all()) {
      ArrayDeque<Page> all = region.takeMutable();
      if (!all.isEmpty()) {
        sealed.addAll(all);
        writer.putDown(all, image);
      }
    }
    sealedBytes = unwrittenBytes;
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
        regions.of(page).clean.add(page);
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
        || !frames.fits(page.used)) {
      return;
    }
    ByteBuffer smaller = frames.take(page.used);
    if (smaller != null) {
      smaller.put(0, frame, 0, page.used);
      frames.drop(page);
      page.frame = smaller;
    }
  }

  // ---- dropping

  /** Notes that nothing in a page is alive any more. */
  void addHollow(Page page) {
    hollow.add(page);
  }

  /**
   * Drops pages in which nothing is alive, but for those that the operation under way has looked
   * into; whether any had bytes in memory.
   */
  boolean dropHollow() {
    int kept = 0;
    boolean any = false;
    for (int i = 0; i < hollow.size(); i++) {
      Page page = hollow.get(i);
      // A record may have taken the place of a dead one since. What is still being written comes
      // again when it is.
      if (!table.holds(page)
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
        regions.of(page).remove(page);
        unwrittenBytes -= page.used;
      }
      any |= page.frame != null;
      drop(page);
    }
    hollow.subList(kept, hollow.size()).clear();
    return any;
  }

  private void drop(Page page) {
    frames.drop(page);
    frames.dropPrints(page);
    usedBytes -= page.used;
    table.remove(page);
    StateFile file = page.file;
    if (file != null) {
      file.dropPage(page);
      if (file.empty()) {
        writer.retireEmpty();
      }
    }
  }

  /** Gives all memory back. */
  void close() {
    table.forEach(
        page -> {
          frames.drop(page);
          frames.dropPrints(page);
        });
  }
}
