package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.state.CleanedFile.CleanedPage;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one cleaning pass after another: a strand copies, slice by slice, and hands over what it has
 * copied; the owner takes it in, a few records at a time.
 *
 * <p>A copy counts as dead until the index leads to it, when the old record dies: at every moment a
 * record is alive in one place, and a snapshot may be taken at any.
 *
 * <p>Thread: the store's owner, but for {@link #awaitCopies}.
 */
final class CleaningRun {

  /** A map's entry that has expired counts as so many records: its way through the tree is long. */
  private static final int ENTRY_RECORDS = 16;

  private final HybridLog log;
  private final RecordStore records;
  private final StateFiles files;
  private final LettingGo letGo;
  private final StateStrand strand;
  private final Grouping grouping;

  private CleaningPass.@Nullable Buffers buffers;
  private @Nullable CleaningPass pass;

  /** By how many the pass makes the files fewer. */
  private int filesLess;

  /** Whether a snapshot is being taken, which must wake no thread. */
  private boolean quiet;

  /** Whether the strand has something to copy. */
  private volatile boolean copying;

  /** Whether the strand waits for the owner; it has set what is below before. */
  private volatile boolean handed;

  private CleaningPass.@Nullable Slice handedSlice;
  private boolean copiedAll;

  /** Counts what the strand has copied. */
  private final AtomicInteger slices = new AtomicInteger();

  /** How copying goes on when the file has been taken in. */
  private FirstFailure.Step goOn = () -> {};

  // What is being taken in, and where in it: first what has expired, then the file.
  private CleaningPass.@Nullable Slice taking;
  private int goneIndex;
  private int pageIndex;
  private @Nullable Page page;
  private int record;

  private long writtenBytes;
  private long passes;

  CleaningRun(
      HybridLog log,
      RecordStore records,
      StateFiles files,
      Expiries expiries,
      StateStrand strand,
      Grouping grouping) {
    this.log = log;
    this.records = records;
    this.files = files;
    this.letGo = new LettingGo(log, records, expiries, strand);
    this.strand = strand;
    this.grouping = grouping;
  }

  /** Whether a pass is under way. */
  boolean isUnderWay() {
    return pass != null;
  }

  /** Whether {@link #take} has something to do. */
  boolean hasToTake() {
    return handed || taking != null;
  }

  /** How many passes have ended. */
  long passes() {
    return passes;
  }

  /** By how many files the last pass has made them fewer, or has so far. */
  int filesLess() {
    return filesLess;
  }

  /** How many records have been let go since they had expired. */
  long expiredRecords() {
    return letGo.records();
  }

  /** Bytes of the pages that were written. */
  long writtenBytes() {
    return writtenBytes;
  }

  /** Says whether a snapshot is being taken: what is begun then is put down for later. */
  void setQuiet(boolean quiet) {
    this.quiet = quiet;
  }

  boolean isQuiet() {
    return quiet;
  }

  /**
   * Begins a pass; none is under way.
   *
   * @param order of {@link Grouping}, which gets it back; null: what is copied stays as it lies
   */
  void begin(List<StateFile> victims, Expired expired, @Nullable OwnerOrder order) {
    CleaningPass.Buffers in = buffers;
    if (in == null) {
      in = new CleaningPass.Buffers();
      buffers = in;
    }
    long image = files.openImage();
    files.narrowImage(image, victims);
    CleaningPass begun = new CleaningPass(files, log.capture(victims), expired, in, order);
    pass = begun;
    filesLess = victims.size();
    goOn(() -> copy(begun, image));
  }

  private void goOn(FirstFailure.Step step) {
    copying = true;
    if (quiet) {
      strand.putDown(step);
    } else {
      strand.execute(step);
    }
  }

  /** On the strand. */
  private void copy(CleaningPass pass, long image) throws IOException {
    CleaningPass.Slice slice = pass.slice();
    slices.incrementAndGet();
    boolean all = pass.done();
    if (all) {
      files.closeImage(image);
    }
    if (slice == null && !all) {
      strand.execute(() -> copy(pass, image));
      return;
    }
    handedSlice = slice;
    copiedAll = all;
    goOn = () -> copy(pass, image);
    handed = true;
    copying = false;
  }

  /**
   * Takes in up to so many records of what was copied, and lets go of those that have expired;
   * whether the pass has ended with it.
   */
  boolean take(int recordsMax) {
    records.beginUnselected();
    try {
      return takeSome(recordsMax);
    } catch (RuntimeException | Error e) {
      records.failed(e);
      throw e;
    }
  }

  private boolean takeSome(int recordsMax) {
    if (handed) {
      handed = false;
      taking = handedSlice;
      handedSlice = null;
      goneIndex = 0;
      pageIndex = 0;
      if (taking == null) {
        end();
        return true;
      }
    }
    CleaningPass.Slice slice = taking;
    if (slice == null) {
      return false;
    }
    CleanedFile file = slice.file();
    for (int left = recordsMax; left > 0; left--) {
      if (goneIndex < slice.gone().count()) {
        int cost = slice.gone().isEntry(goneIndex) ? ENTRY_RECORDS : 1;
        if (cost > left) {
          return false;
        }
        left -= cost - 1;
        letGo(slice.gone(), goneIndex++);
      } else if (file != null && pageIndex < file.pages().size()) {
        takeRecord(file, file.pages().get(pageIndex));
      } else {
        return endSlice(file != null);
      }
    }
    return false;
  }

  private void letGo(ExpiredRecords gone, int i) {
    try {
      letGo.take(passUnderWay().expired(), gone, i);
    } catch (CorruptionException e) {
      throw strand.fail(e);
    }
  }

  private CleaningPass passUnderWay() {
    return Objects.requireNonNull(pass, "nothing is taken in without a pass");
  }

  private void takeRecord(CleanedFile file, CleanedPage from) {
    Page to = page;
    if (to == null) {
      to = log.adoptDead(file.file(), pageIndex, from);
      page = to;
      writtenBytes += from.used;
      record = 0;
    }
    Page before = from.from[record];
    int at = from.fromAt[record];
    int bytesBefore = from.fromBytes[record];
    int bytes = from.bytes(record);
    // Of a page that was dropped meanwhile all is dead.
    if (!Page.isDead(before.dead, at)
        && (bytes == bytesBefore || letGo.holds(passUnderWay().expired(), from.tables[record]))) {
      long old = Address.of(before, at);
      long moved = Address.of(to, from.at[record]);
      if (!records.index(from.tables[record]).replace(from.hashes[record], old, moved)) {
        throw strand.fail(noSlot(before, at));
      }
      log.reviveAdopted(to, from.at[record], bytes);
      log.kill(old, bytesBefore);
    }
    if (++record == from.records) {
      log.endAdopting(to);
      page = null;
      pageIndex++;
    }
  }

  /** Records that were written here are in the index; so it is a footer that told of others. */
  static CorruptionException noSlot(Page page, int at) {
    return new CorruptionException(
        String.valueOf(page.file),
        page.filePosition + at,
        "a record that the footer tells of",
        "another one");
  }

  private boolean endSlice(boolean file) {
    taking = null;
    filesLess -= file ? 1 : 0;
    if (copiedAll) {
      end();
    } else {
      goOn(goOn);
    }
    return pass == null;
  }

  private void end() {
    pass = null;
    goOn = () -> {}; // it holds what the pass has worked in
    grouping.end();
    passes++;
  }

  /** Waits until the pass has copied all, and takes everything in. */
  void finish() {
    while (pass != null) {
      if (taking == null) {
        strand.waitUntil(() -> handed);
      }
      take(Integer.MAX_VALUE);
    }
    // What is empty now goes.
    log.begin();
  }

  /** Waits until a slice more has been copied. */
  void awaitSlice() {
    int before = slices.get();
    strand.waitUntil(() -> handed || slices.get() != before);
  }

  /** Waits until there is nothing to copy until the owner has taken something in. Any thread. */
  void awaitCopies() {
    strand.waitUntil(() -> !copying);
  }

  /** Ends what is under way. The failure is set before, so that nothing is begun. */
  void close() {
    CleaningPass underWay = pass;
    strand.end(
        () -> {
          if (underWay != null) {
            underWay.abandon();
          }
        });
    grouping.end();
  }
}
