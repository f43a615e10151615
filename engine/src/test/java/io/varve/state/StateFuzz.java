package io.varve.state;

import io.varve.base.VarveException;
import io.varve.fuzz.Trial;
import io.varve.io.ReadFile;
import io.varve.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoders of keyed state. The lowest bit of an input's first byte says whether the rest is
 * sealed.
 */
public final class StateFuzz {

  private static final String FILE = "file";

  private StateFuzz() {}

  private static void check(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  /**
   * The end of a file of pages; the pages before it are not there, and need not be. A sealed input
   * is the footer without its trailer; the second bit of its first byte says of which version.
   */
  public static final class StateFooterFile {

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      boolean sealed = (input[0] & 1) == 0;
      byte[] end = Arrays.copyOfRange(input, 1, input.length + (sealed ? 64 : 0));
      long begin = sealed ? seal(end, 1 + (input[0] >> 1 & 1)) : 0;
      ReadFile file = new End(begin, end);
      StateFile pages = new StateFile(FILE, () -> file);
      Trial.run(end.length, 8, () -> walk(StateFooter.read(pages, begin + end.length)));
    }

    /** Returns where the footer has to begin, so that it is right about its pages' lengths. */
    private static long seal(byte[] end, int version) {
      ByteBuffer to = SealedState.buffer(end);
      int length = end.length - 64;
      long begin = 64;
      long pages = length < 4 ? 0 : to.getInt(0) & 0xffff_ffffL;
      for (int i = 0; i < pages && 8 + 4 * i <= length; i++) {
        begin += Math.max(0, to.getInt(4 + 4 * i));
      }
      to.putInt(length + 12, version);
      SealedState.trailer(to, length, 0, begin);
      return begin;
    }

    private static void walk(StateFooter.Read footer) {
      int[] pages = footer.pageBytes();
      footer.tablesEnd();
      Expiry expiry = new Expiry(0, 1, new ManualClock());
      for (Timestamps timestamps : footer.timestamps()) {
        timestamps.isAllExpired(expiry, 1);
        timestamps.expiredBytes(expiry, 1);
      }
      long[] records = {0};
      footer.forEach(
          new StateFooter.Group() {
            @Override
            public void begin(int keyGroup, int table) {
              check(keyGroup >> 16 == 0 && table >> 16 == 0, "a group of " + keyGroup);
            }

            @Override
            public void record(int page, int at, int bytes, int hash) {
              check(at >= 0 && at % 8 == 0, "a record at " + at);
              check(bytes >= RecordLayout.BYTES_MIN && bytes % 8 == 0, bytes + " bytes");
              check(bytes <= pages[page] - at, "a record that ends behind its page");
              check(hash >>> RecordLayout.HASH_BITS == 0, "hash " + hash);
              records[0]++;
            }
          });
      check(records[0] == footer.records(), "not as many records as told");
    }

    /** A file of which there is only the end. */
    private record End(long begin, byte[] bytes) implements ReadFile {
      @Override
      public int read(ByteBuffer target, long position) {
        return new SmallSnapshot.BytesFile(bytes).read(target, position - begin);
      }

      @Override
      public long length() {
        return begin + bytes.length;
      }

      @Override
      public void close() {}
    }
  }

  /** A snapshot's meta; a sealed input is what is deflated in it, without the checksum. */
  public static final class StateMeta {

    /** How much larger than itself a deflated stream may become. */
    private static final int DEFLATED = 1032;

    /** Bytes of memory for a byte of a page's dead bits, at the most. */
    private static final int PAGES = 12;

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      boolean sealed = (input[0] & 1) == 0;
      byte[] meta = sealed ? seal(input) : Arrays.copyOfRange(input, 1, input.length);
      Trial.run(input.length, sealed ? PAGES : DEFLATED * PAGES, () -> read(meta));
    }

    private static byte[] seal(byte[] input) throws IOException {
      byte[] inflated = new byte[12 + input.length - 1 + 8];
      inflated[11] = 1;
      System.arraycopy(input, 1, inflated, 12, input.length - 1);
      return SealedState.meta(inflated);
    }

    private static void read(byte[] bytes) throws IOException {
      SnapshotMeta meta = SnapshotMeta.read(new ByteArrayInputStream(bytes));
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      meta.write(again);
      SnapshotMeta same = SnapshotMeta.read(new ByteArrayInputStream(again.toByteArray()));
      check(same.files().size() == meta.files().size(), "another number of files");
    }
  }

  /** A page of records: read as a whole, and gone through as cleaning does. */
  public static final class StatePage {

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length < 2) {
        return;
      }
      byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
      if ((input[0] & 1) == 0) {
        SealedState.records(bytes, 0, bytes.length);
      }
      ReadFile read = new SmallSnapshot.BytesFile(bytes);
      StateFile file = new StateFile(FILE, () -> read);
      Page page = new Page(1);
      page.file = file;
      page.used = bytes.length;
      page.written = true;
      Trial.run(bytes.length, 8, () -> readWhole(file, page));
      Trial.run(1 << 20, 1, () -> clean(page, null));
      Trial.run(1 << 20, 1, () -> clean(page, new OwnerOrder(OwnerOrder.BYTES_MIN)));
    }

    private static void readWhole(StateFile file, Page page) {
      ByteBuffer frame = ByteBuffer.allocate(page.used).order(ByteOrder.LITTLE_ENDIAN);
      file.readPage(page, frame);
      for (int at = 0; at < page.used; at += RecordLayout.bytes(frame, at)) {
        check(RecordLayout.valueAt(frame, at) >= 0, "a value before its page");
        check(
            RecordLayout.valueAt(frame, at) + RecordLayout.valueLength(frame, at) <= page.used,
            "a value that ends behind its page");
      }
    }

    private static void clean(Page page, @Nullable OwnerOrder order) throws IOException {
      StateFiles files = new StateFiles(new MemoryFolder(), "cleaned", Runnable::run);
      List<LogImage.Part> parts = List.of(new LogImage.Part(page, null));
      CleaningPass pass =
          new CleaningPass(files, parts, Expired.NOTHING, new CleaningPass.Buffers(), order);
      while (!pass.done()) {
        CleaningPass.Slice cleaned = pass.slice();
        CleanedFile file = cleaned == null ? null : cleaned.file();
        if (file != null) {
          StateFooter.read(file.file(), file.file().length());
        }
      }
    }
  }

  /**
   * The records of one list, map or ordered set: a byte says which, then each record is two bytes
   * of length and its value, by suffix. Read, changed, and cleared.
   */
  public static final class StateRecords {

    private static final int FREE_BYTES = 4 << 20;
    private static final int RECORDS_MAX = 64;
    private static final int GROUP = 3;
    private static final int LISTS = 1;
    private static final int MAPS = 2;
    private static final int SETS = 3;
    private static final StateMemory MEMORY = StateMemory.direct(StateMemory.STORE_BYTES_MIN);

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
      if (input.length == 0) {
        return;
      }
      Trial.run(FREE_BYTES, 8, () -> use(input, false));
      Trial.run(FREE_BYTES, 8, () -> use(input, true));
      check(MEMORY.usedBytes() == 0, "memory that was not given back");
    }

    private static void use(byte[] input, boolean clear) throws IOException {
      int table = LISTS + (input[0] & 0xff) % 3;
      ByteSpan key = SmallSnapshot.text(table == SETS ? "" : "key");
      try (TestRecords store =
          new TestRecords(new MemoryFolder(), MEMORY, new InlineWork(), "fuzzed")) {
        write(store.records, input, table, key);
        store.seal();
        List<Runnable> uses = new ArrayList<>();
        switch (table) {
          case LISTS -> uses.addAll(lists(new ListTable(store.records, table), key, clear));
          case MAPS -> uses.addAll(maps(new MapTable(store.records, table), key, clear));
          default -> uses.addAll(sets(new OrderedTable(store.records, table), key, clear));
        }
        for (Runnable use : uses) {
          try {
            use.run();
          } catch (VarveException e) {
            // The next one may well go.
          }
        }
      }
    }

    private static void write(RecordStore records, byte[] input, int table, ByteSpan key) {
      RecordView view = new RecordView();
      int at = 1;
      for (int suffix = 0; suffix < RECORDS_MAX && at + 2 <= input.length; suffix++) {
        int told = (input[at] & 0xff) << 8 | input[at + 1] & 0xff;
        int length = Math.min(told & 0xfff, input.length - at - 2);
        records.select(table, GROUP, key);
        records.put(PageKind.CONTENT, suffix, length, length, view);
        view.buffer().put(view.valueAt(), input, at + 2, length);
        at += 2 + length;
      }
    }

    private static List<Runnable> lists(ListTable table, ByteSpan key, boolean clear) {
      ByteSpan target = new ByteSpan();
      ByteSpan more = SmallSnapshot.text("more");
      ByteSpan much = new ByteSpan().wrap(new byte[700]);
      return clear
          ? List.of(() -> table.clear(GROUP, key), () -> table.put(GROUP, key, more))
          : List.of(
              () -> table.get(GROUP, key, target),
              () -> table.append(GROUP, key, more),
              () -> table.append(GROUP, key, much),
              () -> table.append(GROUP, key, more),
              () -> table.get(GROUP, key, target),
              () -> table.put(GROUP, key, much));
    }

    private static List<Runnable> maps(MapTable table, ByteSpan key, boolean clear) {
      if (clear) {
        return List.of(() -> table.clear(GROUP, key), () -> goThrough(table.cursor(GROUP, key)));
      }
      ByteSpan target = new ByteSpan();
      ByteSpan large = new ByteSpan().wrap(new byte[200]);
      List<Runnable> uses = new ArrayList<>();
      uses.add(() -> goThrough(table.cursor(GROUP, key)));
      for (String text : List.of("", "a", "aaaaaaaab", "m", "zzzzzzzzzzzzzzzzzz")) {
        ByteSpan userKey = SmallSnapshot.text(text);
        uses.add(() -> table.get(GROUP, key, userKey, target));
        uses.add(() -> table.put(GROUP, key, userKey, key));
        uses.add(() -> table.put(GROUP, key, userKey, large));
        uses.add(() -> table.remove(GROUP, key, userKey));
      }
      for (int i = 0; i < 100; i++) {
        ByteSpan userKey = SmallSnapshot.text("much of the same " + i);
        uses.add(() -> table.put(GROUP, key, userKey, key));
      }
      uses.add(() -> goThrough(table.cursor(GROUP, key)));
      uses.add(() -> removeAll(table.cursor(GROUP, key)));
      return uses;
    }

    private static List<Runnable> sets(OrderedTable table, ByteSpan key, boolean clear) {
      if (clear) {
        return List.of(() -> table.clear(GROUP, key), () -> goThrough(table.cursor(GROUP)));
      }
      ByteSpan target = new ByteSpan();
      List<Runnable> uses = new ArrayList<>();
      uses.add(() -> table.size(GROUP));
      uses.add(() -> goThrough(table.cursor(GROUP)));
      for (String text : List.of("", "a", "aaaaaaaab", "m", "zzzzzzzzzzzzzzzzzz")) {
        uses.add(() -> table.add(GROUP, SmallSnapshot.text(text)));
        uses.add(() -> table.remove(GROUP, SmallSnapshot.text(text)));
        uses.add(() -> table.add(GROUP, SmallSnapshot.text(text)));
      }
      for (int i = 0; i < 100; i++) {
        ByteSpan element = SmallSnapshot.text("much of the same " + i);
        uses.add(() -> table.add(GROUP, element));
      }
      for (int i = 0; i < 120; i++) {
        uses.add(() -> table.pollFirst(GROUP, target));
      }
      return uses;
    }

    /** A tree that is tied into a knot may show more than there is, but not for ever. */
    private static void goThrough(MapCursor cursor) {
      try (cursor) {
        long shown = 0;
        while (cursor.next()) {
          cursor.value();
          check(++shown < 1 << 20, "a cursor without end");
        }
      }
    }

    private static void removeAll(MapCursor cursor) {
      try (cursor) {
        while (cursor.next()) {
          cursor.remove();
        }
      }
    }
  }
}
