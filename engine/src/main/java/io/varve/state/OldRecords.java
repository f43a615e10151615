package io.varve.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds, by the footers of files to be cleaned, the records of tables whose newest value in a file
 * has expired. They need not be read; nor need a page in which nothing else is alive.
 *
 * <p>Thread: one at a time.
 */
final class OldRecords {

  private final Expired expired;
  private final List<LogImage.Part> parts;

  /** Files that have such records, to be gone through. */
  private final ArrayDeque<List<LogImage.Part>> waiting = new ArrayDeque<>();

  /**
   * Pages that must be read, in the order in which they came; empty if no file has such records.
   */
  private final Map<Page, LogImage.Part> toRead = new LinkedHashMap<>();

  private final boolean any;
  private @Nullable Finding finding;

  /**
   * @param parts pages in the order in which they are to be read, all in finished files
   */
  OldRecords(List<LogImage.Part> parts, Expired expired) {
    this.expired = expired;
    this.parts = parts;
    Map<StateFile, List<LogImage.Part>> byFile = new LinkedHashMap<>();
    for (LogImage.Part part : parts) {
      StateFile file = part.page().fileWritten();
      if (hasOld(file)) {
        byFile.computeIfAbsent(file, any -> new ArrayList<>()).add(part);
      }
    }
    any = !byFile.isEmpty();
    if (any) {
      parts.forEach(part -> toRead.put(part.page(), part));
      waiting.addAll(byFile.values());
    }
  }

  private boolean hasOld(StateFile file) {
    for (Timestamps timestamps : file.timestamps()) {
      if (expired.isAllExpired(file.table(timestamps.table()), timestamps)) {
        return true;
      }
    }
    return false;
  }

  /** Adds some of the records, until {@code found} is full; whether it is not done yet. */
  boolean find(ExpiredRecords found) {
    while (true) {
      Finding in = finding;
      if (in == null) {
        List<LogImage.Part> next = waiting.poll();
        if (next == null) {
          return false;
        }
        in = new Finding(next);
        finding = in;
      }
      if (!in.find(found)) {
        return true;
      }
      finding = null;
    }
  }

  /** The pages that must be read, with dead bits that have the records which were found. */
  List<LogImage.Part> toRead() {
    return any ? List.copyOf(toRead.values()) : parts;
  }

  /** Goes through one file's footer. */
  private final class Finding {
    private final StateFile file;
    private final StateFooter.Read footer;
    private final LogImage.@Nullable Part[] parts;
    private final long[][] dead;

    /** By page: whether it has records that must be read. */
    private final boolean[] isLeft;

    private int group = -1;
    private StateFooter.@Nullable Records records;
    private int table;
    private boolean old;

    Finding(List<LogImage.Part> pages) {
      file = pages.get(0).page().fileWritten();
      footer = StateFooter.read(file, file.length());
      int count = footer.pageBytes().length;
      parts = new LogImage.Part[count];
      dead = new long[count][];
      isLeft = new boolean[count];
      for (LogImage.Part part : pages) {
        Page page = part.page();
        parts[page.indexInFile] = part;
        long[] bits = part.dead();
        int words = Page.wordsFor(page.used);
        dead[page.indexInFile] = bits == null ? new long[words] : Arrays.copyOf(bits, words);
      }
    }

    /** Whether it is done. */
    boolean find(ExpiredRecords found) {
      while (true) {
        StateFooter.Records from = records;
        if (from == null) {
          if (++group == footer.groups()) {
            end();
            return true;
          }
          int inFile = footer.table(group);
          table = file.table(inFile);
          old = expired.isAllExpired(table, file.timestamps(inFile));
          from = footer.records(group);
          records = from;
        }
        while (!found.isFull() && from.next()) {
          record(from, found);
        }
        if (found.isFull()) {
          return false;
        }
        records = null;
      }
    }

    private void record(StateFooter.Records at, ExpiredRecords found) {
      LogImage.Part part = parts[at.page];
      if (part == null || Page.isDead(part.dead(), at.at)) {
        return;
      }
      if (old) {
        found.add(part.page(), at.at, at.bytes, at.hash, table);
        Page.setDead(dead[at.page], at.at);
      } else {
        isLeft[at.page] = true;
      }
    }

    private void end() {
      for (int i = 0; i < parts.length; i++) {
        LogImage.Part part = parts[i];
        if (part != null && isLeft[i]) {
          toRead.put(part.page(), new LogImage.Part(part.page(), dead[i]));
        } else if (part != null) {
          toRead.remove(part.page());
        }
      }
    }
  }
}
