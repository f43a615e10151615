package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.format.Fixed64;
import io.varve.state.CleanedFile.CleanedPage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Copies what was alive in some files into new ones, a slice at a time, but for what has expired.
 * The store goes on meanwhile; whoever takes in a new file finds out what has died since.
 *
 * <p>Records are copied in the order in which they lie, or, if what belongs to one key is to lie
 * together, in the order of their owners: pages are gone through first for the owners, as many as
 * the order has room for, and then record by record.
 *
 * <p>Thread: one at a time.
 */
final class CleaningPass {

  private static final long SLICE_BYTES = 4 << 20;

  /** A key is told from others by so many bytes at the most. */
  private static final int OWNER_BYTES_MAX = 1 << 10;

  /** What is read at once of records in order: the next one may lie behind. */
  private static final int ORDERED_READ_BYTES = 2 << 10;

  /** A new file may be larger than others, so that merging leaves fewer. */
  private static final int TIMES_FILE_BYTES = 2;

  private final StateFiles files;
  private final Expired expired;
  private final ExpiryFilter filter;
  private final OldRecords old;
  private final Buffers buffers;

  /** What is to be copied, once the old records have been found. */
  private @Nullable List<LogImage.Part> parts;

  /** Null: records are copied as they lie. */
  private final @Nullable OwnerOrder order;

  /** Whether what belongs to one key will lie together in new files. */
  private final boolean grouped;

  /** The part that is the order's first page. */
  private int orderedFrom;

  /** Whether the order is complete, and records are copied by it. */
  private boolean ordered;

  /** The page that records in order were last read from. */
  private @Nullable Page inWindow;

  private final ByteSpan owner = new ByteSpan();

  private int part;
  private int at;
  private @Nullable StateFileWriter out;
  private @Nullable CleanedFile cleaned;
  private CleanedPage page = new CleanedPage();
  private ExpiredRecords gone = new ExpiredRecords();

  /**
   * What the owner is to take in.
   *
   * @param file null if none has been finished
   * @param gone what has expired
   */
  record Slice(@Nullable CleanedFile file, ExpiredRecords gone) {}

  /** What a pass works in. Thread: one pass at a time. */
  static final class Buffers {
    private static final int WINDOW_BYTES = 16 << 10;

    /** The page that is being filled. */
    final ByteBuffer page = ByteBuffer.allocateDirect(Page.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** A piece of the page that is being read, and where in that page it begins and ends. */
    final ByteBuffer window =
        ByteBuffer.allocateDirect(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    int windowBegin;
    int windowEnd;
  }

  /**
   * @param parts pages in the order in which they are to be read, all in files
   * @param expired what has expired by now
   * @param order what to put content in order with, so that what belongs to one key lies together;
   *     null: all is copied as it lies
   */
  CleaningPass(
      StateFiles files,
      List<LogImage.Part> parts,
      Expired expired,
      Buffers buffers,
      @Nullable OwnerOrder order) {
    this.files = files;
    this.expired = expired;
    this.filter = new ExpiryFilter(expired);
    this.old = new OldRecords(parts, expired);
    this.buffers = buffers;
    this.order = order;
    this.grouped =
        order != null || parts.stream().allMatch(from -> from.page().fileWritten().isGrouped());
    buffers.windowEnd = 0;
  }

  /** Whether all is copied. */
  boolean done() {
    return parts != null && part == parts.size() && (order == null || !order.hasNext());
  }

  /** As of which moment records are taken to have expired, and by which rules. */
  Expired expired() {
    return expired;
  }

  /** Does some more; returns what there is to take in, null if nothing. */
  @Nullable Slice slice() throws IOException {
    if (parts == null && !old.find(gone)) {
      parts = old.toRead();
    }
    CleanedFile file = parts == null ? null : copy(parts);
    if (file == null && gone.count() == 0) {
      return null;
    }
    Slice slice = new Slice(file, gone);
    gone = new ExpiredRecords();
    return slice;
  }

  /** Copies some more; returns a new file if one has been finished, else null. */
  private @Nullable CleanedFile copy(List<LogImage.Part> parts) throws IOException {
    long read = 0;
    while (!done() && read < SLICE_BYTES && !gone.isFull()) {
      OwnerOrder order = this.order;
      if (order != null && ordered) {
        read += copyNext(order, parts);
      } else if (order != null && order.hasNext() && isOrderComplete(order, parts)) {
        order.sort();
        ordered = true;
      } else {
        LogImage.Part from = parts.get(part);
        read += from.page().used;
        if (from.page().used > Page.BYTES) {
          copyLarge(from);
        } else if (order == null || from.page().kind == PageKind.NODES) {
          copy(from);
        } else {
          putInOrder(order, from);
        }
        part++;
        at = 0;
        buffers.windowEnd = 0;
      }
      StateFileWriter to = out;
      if (to != null && to.isFull(TIMES_FILE_BYTES)) {
        return finishFile();
      }
    }
    return done() ? finishFile() : null;
  }

  private boolean isOrderComplete(OwnerOrder order, List<LogImage.Part> parts) {
    return part == parts.size() || !order.hasRoom(part - orderedFrom);
  }

  /** Adds what is alive in a page to the order. */
  private void putInOrder(OwnerOrder order, LogImage.Part from) {
    if (!order.hasNext()) {
      orderedFrom = part;
    }
    Page source = from.page();
    StateFile file = source.fileWritten();
    ByteBuffer window = buffers.window;
    long digest = 0;
    while (at < source.used) {
      int in = look(file, source, RecordLayout.HEADER_BYTES);
      int bytes = file.checkedBytes(window, in, source.filePosition + at, source.used - at);
      digest += RecordLayout.digest(window, in, at);
      int table = file.table(RecordLayout.table(window, in));
      if (!Page.isDead(from.dead(), at) && table >= 0) {
        int key = Math.min(OWNER_BYTES_MAX, RecordLayout.keyLength(window, in));
        in = look(file, source, RecordLayout.HEADER_BYTES + key);
        owner.copy(window, RecordLayout.keyAt(in), key);
        int group = table << Short.SIZE | RecordLayout.keyGroup(window, in);
        order.add((int) RecordLayout.hash(group, owner), part - orderedFrom, at);
      }
      at += bytes;
    }
    file.checkDigest(source, digest);
  }

  /** Copies the next record of the order; returns its bytes. */
  private int copyNext(OwnerOrder order, List<LogImage.Part> parts) throws IOException {
    LogImage.Part from = parts.get(orderedFrom + order.nextPage());
    at = order.takeNext();
    Page source = from.page();
    StateFile file = source.fileWritten();
    if (source != inWindow) {
      inWindow = source;
      buffers.windowEnd = 0;
    }
    int in = look(file, source, RecordLayout.HEADER_BYTES, ORDERED_READ_BYTES);
    int bytes = file.checkedBytes(buffers.window, in, source.filePosition + at, source.used - at);
    append(source, file, in, bytes, file.table(RecordLayout.table(buffers.window, in)));
    if (!order.hasNext()) {
      order.clear();
      ordered = false;
      inWindow = null;
      buffers.windowEnd = 0;
      at = 0;
    }
    return bytes;
  }

  private void copy(LogImage.Part from) throws IOException {
    Page source = from.page();
    StateFile file = source.fileWritten();
    ByteBuffer window = buffers.window;
    long digest = 0;
    while (at < source.used) {
      int in = look(file, source, RecordLayout.HEADER_BYTES);
      long position = source.filePosition + at;
      int bytes = file.checkedBytes(window, in, position, source.used - at);
      digest += RecordLayout.digest(window, in, at);
      int table = file.table(RecordLayout.table(window, in));
      if (!Page.isDead(from.dead(), at) && table >= 0) {
        append(source, file, in, bytes, table);
      }
      at += bytes;
    }
    file.checkDigest(source, digest);
  }

  /**
   * Appends the record that begins at {@code in} in the window, perhaps not all of it there, as far
   * as it has not expired.
   */
  private void append(Page source, StateFile file, int in, int bytes, int table)
      throws IOException {
    if (source.kind != page.kind || page.used + bytes > Page.BYTES) {
      flush();
      page.kind = source.kind;
    }
    ByteBuffer target = buffers.page;
    long position = source.filePosition + at;
    int to = page.used;
    int here = Math.min(bytes, buffers.windowEnd - at);
    target.put(to, buffers.window, in, here);
    if (here < bytes) {
      file.read(position + here, target, to + here, bytes - here);
    }
    file.checkRecord(target, to, position);
    int left = filter.filter(table, target, to, bytes);
    if (left == 0) {
      addGone(source, at, bytes, target, to, table);
    } else {
      if (table != RecordLayout.table(target, to) || expired.of(table) != null) {
        RecordLayout.setTable(target, to, table);
        target.putInt(to, RecordLayout.checksum(target, to));
      }
      page.add(source, at, bytes, RecordLayout.hash(target, to), table, to);
      page.used += left;
    }
  }

  /** Moves the window so that {@code bytes} from where reading stands are in it; returns where. */
  private int look(StateFile file, Page source, int bytes) {
    return look(file, source, bytes, Buffers.WINDOW_BYTES);
  }

  /** The same; if there is something to read, it reads so many bytes. */
  private int look(StateFile file, Page source, int bytes, int readBytes) {
    ByteBuffer window = buffers.window;
    int wanted = Math.min(bytes, source.used - at);
    if (at + wanted > buffers.windowEnd || at < buffers.windowBegin) {
      int length = Math.min(readBytes, source.used - at);
      file.read(source.filePosition + at, window, 0, length);
      buffers.windowBegin = at;
      buffers.windowEnd = at + length;
    }
    return at - buffers.windowBegin;
  }

  /** Copies a page of a single record piece by piece: once to check it, once to write it. */
  private void copyLarge(LogImage.Part from) throws IOException {
    Page source = from.page();
    StateFile file = source.fileWritten();
    if (Page.isDead(from.dead(), 0)) {
      return;
    }
    flush();
    ByteBuffer piece = buffers.page;
    int read = Math.min(piece.capacity(), source.used);
    file.read(source.filePosition, piece, 0, read);
    int bytes = file.checkedBytes(piece, 0, source.filePosition, source.used);
    int table = file.table(RecordLayout.table(piece, 0));
    if (bytes != source.used) {
      throw new CorruptionException(
          file.name(), source.filePosition, "a record of " + source.used + " bytes", "" + bytes);
    }
    file.checkDigest(source, RecordLayout.digest(piece, 0, 0));
    if (table < 0) {
      return;
    }
    int end =
        RecordLayout.HEADER_BYTES
            + RecordLayout.keyLength(piece, 0)
            + RecordLayout.valueLength(piece, 0);
    int checksum = piece.getInt(0);
    int hash = RecordLayout.hash(piece, 0);
    CRC32C before = new CRC32C();
    before.update(piece.slice(4, Math.min(read, end) - 4));
    RecordLayout.setTable(piece, 0, table);
    CRC32C after = new CRC32C();
    after.update(piece.slice(4, Math.min(read, end) - 4));
    for (int at = read; at < end; at += read) {
      read = Math.min(piece.capacity(), end - at);
      file.read(source.filePosition + at, piece, 0, read);
      before.update(piece.slice(0, read));
      after.update(piece.slice(0, read));
    }
    if (checksum != (int) before.getValue()) {
      throw new CorruptionException(
          file.name(),
          source.filePosition,
          "a record with CRC32C " + Fixed64.hex(checksum),
          "CRC32C " + Fixed64.hex((int) before.getValue()));
    }
    if (expired.of(table) != null) {
      file.read(source.filePosition, piece, 0, Math.min(piece.capacity(), source.used));
      if (filter.isLargeGoing(table, piece, 0)) {
        addGone(source, 0, bytes, piece, 0, table);
        return;
      }
    }
    StateFileWriter to = out();
    for (int at = 0; at < bytes; at += read) {
      read = Math.min(piece.capacity(), bytes - at);
      file.read(source.filePosition + at, piece, 0, read);
      if (at == 0) {
        piece.putInt(0, (int) after.getValue());
        RecordLayout.setTable(piece, 0, table);
        page.kind = source.kind;
        page.position = to.largePage(piece, bytes);
        page.add(source, 0, bytes, hash, table, 0);
      }
      to.append(piece.slice(0, read));
    }
    page.used = bytes;
    addPage();
  }

  /**
   * Notes that the filter lets a record go.
   *
   * @param record has it, with its key at the least
   */
  private void addGone(Page from, int fromAt, int bytes, ByteBuffer record, int at, int table) {
    gone.add(from, fromAt, bytes, RecordLayout.hash(record, at), table);
    if (filter.isEntry()) {
      gone.setEntry(record, at, filter.userKey());
    }
  }

  private StateFileWriter out() throws IOException {
    StateFileWriter to = out;
    if (to == null) {
      to = StateFileWriter.create(files, new TimestampsBuilder(expired::of, true));
      out = to;
      if (grouped) {
        to.file().setGrouped();
      }
      cleaned = new CleanedFile(to.file());
    }
    return to;
  }

  private void flush() throws IOException {
    if (page.used > 0) {
      page.position = out().checkedPage(buffers.page, page.used);
      buffers.page.clear();
      addPage();
    }
  }

  private void addPage() {
    CleanedFile to = cleaned;
    StateFileWriter writer = out;
    if (to != null && writer != null) {
      page.prints = writer.prints(page.used);
      to.pages().add(page);
    }
    page = new CleanedPage();
  }

  private @Nullable CleanedFile finishFile() throws IOException {
    flush();
    StateFileWriter to = out;
    CleanedFile finished = cleaned;
    if (to != null) {
      to.finish();
      out = null;
      cleaned = null;
    }
    return finished;
  }

  /** Lets go of the file under way. */
  void abandon() throws IOException {
    StateFileWriter to = out;
    out = null;
    if (to != null) {
      to.abandon();
    }
  }
}
