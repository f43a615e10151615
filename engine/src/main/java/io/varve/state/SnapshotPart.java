package io.varve.state;

import io.varve.base.CorruptionException;
import java.util.List;

/**
 * A file of a snapshot, and which of its records were alive.
 *
 * <p>Thread: immutable.
 */
final class SnapshotPart {

  private static final long[] NONE_DEAD = {};

  private final StateFile file;
  private final StateFooter.Read footer;

  /** Where each page begins. */
  private final long[] positions;

  /** The dead bits of each page; null if nothing in it is alive. */
  private final long[][] dead;

  private SnapshotPart(StateFile file, StateFooter.Read footer, long[] positions, long[][] dead) {
    this.file = file;
    this.footer = footer;
    this.positions = positions;
    this.dead = dead;
  }

  /**
   * Reads the file's footer.
   *
   * @param pages those that had anything alive
   */
  static SnapshotPart read(StateFile file, List<LogImage.Part> pages) {
    StateFooter.Read footer = StateFooter.read(file, file.length());
    int count = footer.pageBytes().length;
    long[] positions = new long[count];
    long position = StateFile.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      positions[i] = position;
      position += footer.pageBytes()[i];
    }
    long[][] dead = new long[count][];
    for (LogImage.Part part : pages) {
      int page = part.page().indexInFile;
      if (page >= count || positions[page] != part.page().filePosition) {
        throw new CorruptionException(
            file.name(),
            part.page().filePosition,
            "the begin of page " + page,
            "other pages in the footer");
      }
      long[] bits = part.dead();
      dead[page] = bits == null ? NONE_DEAD : bits;
    }
    return new SnapshotPart(file, footer, positions, dead);
  }

  StateFile file() {
    return file;
  }

  StateFooter.Read footer() {
    return footer;
  }

  boolean alive(int page, int at) {
    return dead[page] != null && !Page.isDead(dead[page], at);
  }

  long position(int page, int at) {
    return positions[page] + at;
  }
}
