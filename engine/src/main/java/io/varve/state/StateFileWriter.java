package io.varve.state;

import io.varve.format.Fixed64;
import io.varve.io.WriteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one file of sealed pages: its header, pages as they come, the footer at its end.
 *
 * <p>Thread: one at a time.
 */
final class StateFileWriter {

  private final StateFiles files;
  private final StateFile file;
  private final WriteFile to;
  private final StateFooter.Builder footer = new StateFooter.Builder();
  private final TimestampsBuilder timestamps;
  private final RecordPrints.Maker prints;

  private StateFileWriter(
      StateFiles files, StateFile file, WriteFile to, TimestampsBuilder timestamps) {
    this.files = files;
    this.file = file;
    this.to = to;
    this.timestamps = timestamps;
    this.prints = files.prints();
  }

  /** Creates a file. */
  static StateFileWriter create(StateFiles files, TimestampsBuilder timestamps) throws IOException {
    StateFile file = files.begin();
    StateFileWriter writer = new StateFileWriter(files, file, files.create(file), timestamps);
    ByteBuffer header = Fixed64.begin(StateFile.HEADER_MAGIC);
    header.putInt(12, StateFile.FORMAT_VERSION);
    writer.to.append(Fixed64.finish(header));
    return writer;
  }

  StateFile file() {
    return file;
  }

  /** Pages written so far. */
  int pages() {
    return footer.pages();
  }

  /** Bytes written so far. */
  long bytes() {
    return to.length();
  }

  /**
   * Whether it holds {@code times} as much as a file is meant to hold, or so many records that it
   * must not have more.
   */
  boolean isFull(int times) {
    return to.length() > times * files.fileBytesMax()
        || footer.records() > (long) times * files.fileRecordsMax()
        || footer.bytesMax() > StateFooter.FOOTER_BYTES_FULL;
  }

  /**
   * Writes a page, with the records' checksums put into it before. Returns where it begins.
   *
   * @param bytes little-endian; its position and limit are changed
   */
  long page(ByteBuffer bytes, int used) throws IOException {
    for (int at = 0; at < used; at += RecordLayout.bytes(bytes, at)) {
      bytes.putInt(at, RecordLayout.checksum(bytes, at));
    }
    return checkedPage(bytes, used);
  }

  /** The same of a page whose records have their checksums. */
  long checkedPage(ByteBuffer bytes, int used) throws IOException {
    footer.page(used);
    prints.begin();
    for (int at = 0; at < used; ) {
      int size = RecordLayout.bytes(bytes, at);
      record(bytes, at, size);
      at += size;
    }
    long position = to.length();
    to.append(bytes.limit(used).position(0));
    return position;
  }

  /**
   * Begins a page of a single record, whose bytes {@link #append} is to write. Returns where it
   * begins.
   *
   * @param header the record's header, at 0
   */
  long largePage(ByteBuffer header, int used) {
    footer.page(used);
    prints.begin();
    record(header, 0, used);
    return to.length();
  }

  void append(ByteBuffer bytes) throws IOException {
    to.append(bytes);
  }

  private void record(ByteBuffer bytes, int at, int size) {
    footer.record(
        RecordLayout.keyGroup(bytes, at),
        RecordLayout.table(bytes, at),
        at,
        size,
        RecordLayout.hash(bytes, at));
    timestamps.record(bytes, at, size);
    prints.add(bytes, at);
  }

  /** What tells the records of the last page apart, of which so many bytes are used. */
  @Nullable RecordPrints prints(int used) {
    return prints.make(used);
  }

  /** Writes the footer; the file is whole then. */
  void finish() throws IOException {
    List<Timestamps> known = timestamps.build();
    to.append(footer.finish(to.length(), known));
    file.finish(to.length(), footer.pages(), known);
    to.close();
  }

  /** Leaves the file as it is, of no use to anybody. */
  void abandon() throws IOException {
    to.close();
  }
}
