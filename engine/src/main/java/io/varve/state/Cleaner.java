package io.varve.state;

import io.varve.base.CorruptionException;
import io.varve.base.FirstFailure;
import io.varve.state.CleanedFile.CleanedPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps files few and garbage little: now and then some files are chosen, what is alive in them is
 * copied to a new one in the background, and the owner lets the indexes lead there, a few records
 * an operation. Nothing alive is left in the old files then, so they go.
 *
 * <p>A copy counts as dead until the index leads to it, when the old record dies: at every moment a
 * record is alive in one place, and a snapshot may be taken at any.
 *
 * <p>Thread: the store's owner, but for {@link #awaitCopies}; copying runs on a strand. One pass at
 * a time.
 */
final class Cleaner {

  /** The most files that a snapshot consists of, as long as cleaning keeps pace. */
  static final int SNAPSHOT_FILES_MAX = 32;

  /** When there are so many more, a snapshot waits for cleaning. */
  private static final int FILES_BEHIND_MAX = 32;

  /** From so many files on, operations move the more records the more files there are. */
  private static final int HURRY_FILES = 24;

  /** From so many on, a snapshot is not complete before what is being copied is. */
  private static final int PACED_FILES = 26;

  /** Records that are moved, or let go since they have expired, by one operation. */
  private static final int STEP_RECORDS = 32;

  /** And by a snapshot that follows another without any operation between them: 1 to 2 ms. */
  private static final int IDLE_RECORDS = 1 << 12;

  /** And while space is tight, by one that looks. */
  private static final int TIGHT_RECORDS = 2048;

  /** A map's entry that has expired counts as so many: its way through the tree is longer. */
  private static final int ENTRY_RECORDS = 16;

  /**
   * While nothing can be cleaned, because a snapshot needs the files, so long at most is waited
   * before there are {@link #PAGES_BETWEEN} more pages: some 100 MB a second go on to be written.
   */
  private static final long TIGHT_WAIT_MS = 8;

  /** After so many new pages it is looked whether there is something to clean. */
  private static final int PAGES_BETWEEN = 8;

  private final HybridLog log;
  private final RecordStore records;
  private final StateFiles files;
  private final Expiries expiries;
  private final LettingGo letGo;
  private final PageWriter writer;
  private final StateStrand strand;

  /** More than {@link #SNAPSHOT_FILES_MAX} at first if the store was opened with more. */
  private int snapshotFilesMax;

  private long nextLook;

  /** Whether there was a snapshot since the last operation. */
  private boolean snapshotTaken;

  /** Whether one is being taken, which must wake no thread. */
  private boolean inSnapshot;

  /** Records that an operation moves now. */
  private int stepRecords = STEP_RECORDS;

  private CleaningPass.@Nullable Buffers buffers;

  private @Nullable CleaningPass pass;

  /** By how many the pass makes the files fewer. */
  private int filesLess;

  private boolean merging;

  /** When there are more files, some are merged. */
  private int mergeAbove = CleaningPolicy.FILES_MAX;

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

  Cleaner(
      HybridLog log,
      RecordStore records,
      StateFiles files,
      Expiries expiries,
      PageWriter writer,
      Executor executor,
      FirstFailure failure) {
    this.log = log;
    this.records = records;
    this.files = files;
    this.expiries = expiries;
    this.writer = writer;
    this.strand = new StateStrand(executor, failure, "Cleaning state in " + files.path());
    this.letGo = new LettingGo(log, records, expiries, strand);
    this.snapshotFilesMax = SNAPSHOT_FILES_MAX;
  }

  /** Takes note of the files that the store was opened with. */
  void opened() {
    snapshotFilesMax = Math.max(SNAPSHOT_FILES_MAX, files.count());
  }

  // ---- called by operations

  /** Whether {@link #step} has something to do. */
  boolean isDue() {
    return handed || taking != null || snapshotTaken || log.pagesMade() >= nextLook;
  }

  /** Does a little; when an operation begins, before it has looked at any record. */
  void step() {
    take(stepRecords);
    if (snapshotTaken) {
      writer.start();
      strand.start();
      afterSnapshot();
    }
    if (log.pagesMade() >= nextLook) {
      look();
    }
  }

  /** Does what a snapshot has left to the next operation, since it may take long. */
  private void afterSnapshot() {
    snapshotTaken = false;
    log.harvest();
    writer.retireEmpty();
    int count = files.count();
    begin(count + more() > snapshotFilesMax ? filesWanted() : mergeAbove);
    int hurry = Math.min(16, Math.max(0, count - HURRY_FILES));
    stepRecords = Math.min(TIGHT_RECORDS, STEP_RECORDS << hurry);
  }

  /** Files that a snapshot adds, at the most. */
  private int more() {
    return 1 + (int) (log.unwrittenBytes() / files.fileBytesMax());
  }

  /** To how many files cleaning is to get when there are too many. */
  private int filesWanted() {
    return Math.min(CleaningPolicy.FILES_MAX, snapshotFilesMax - more());
  }

  private void look() {
    nextLook = log.pagesMade() + PAGES_BETWEEN;
    log.harvest();
    begin(mergeAbove);
    long bytes = diskBytes();
    if (pass != null && CleaningPolicy.isFlooded(bytes, log.liveBytes())) {
      finishPass();
      begin(mergeAbove);
    } else if (CleaningPolicy.isTight(bytes, log.liveBytes())) {
      pace();
    }
  }

  /**
   * Lets cleaning come along: a slice that it copies makes about as much room as the new pages take
   * that have led here.
   */
  private void pace() {
    if (handed || taking != null) {
      take(TIGHT_RECORDS);
    } else if (pass != null) {
      int before = slices.get();
      strand.waitUntil(() -> handed || slices.get() != before);
    } else if (files.retiredBytes() > 0) {
      files.awaitDeletion(TIGHT_WAIT_MS);
    }
  }

  /** Bytes of all pages in files, or that would be if a snapshot was taken now. */
  private long diskBytes() {
    return files.retiredBytes() + log.unwrittenBytes() + fileBytes();
  }

  /** Bytes of the pages of all files. */
  long fileBytes() {
    long bytes = 0;
    for (StateFile file : files.all()) {
      bytes += file.pageBytes();
    }
    return bytes;
  }

  /**
   * Sees to it that a snapshot taken now does not have very many files, which takes waiting for a
   * pass if cleaning is far behind; and that cleaning goes on though nobody uses the store. Else it
   * does nothing: a snapshot must not take long.
   */
  void beforeImage() {
    if (snapshotTaken) {
      inSnapshot = true;
      take(IDLE_RECORDS);
      afterSnapshot();
      inSnapshot = false;
    }
    snapshotTaken = true;
    boolean fewer = true;
    while (fewer && files.count() + more() > snapshotFilesMax + FILES_BEHIND_MAX) {
      log.harvest();
      writer.retireEmpty();
      boolean begins = pass == null;
      begin(filesWanted());
      if (pass == null) {
        break;
      }
      int before = files.count();
      finishPass();
      // A pass that was under way may have had another end in view.
      fewer = !begins || files.count() < before;
    }
    snapshotFilesMax = Math.max(SNAPSHOT_FILES_MAX, Math.min(snapshotFilesMax, files.count()));
  }

  /**
   * Lets a snapshot that is being completed wait for cleaning if there are many files: whoever
   * takes the next one when this is complete goes no faster than cleaning then. Any thread.
   */
  void awaitCopies() {
    strand.start();
    if (files.count() > PACED_FILES) {
      strand.waitUntil(() -> !copying);
    }
  }

  /** Whether a pass is under way. */
  boolean isCleaning() {
    return pass != null;
  }

  /** How many passes have ended. */
  long passes() {
    return passes;
  }

  /** How many records have been let go since they had expired. */
  long expiredRecords() {
    return letGo.records();
  }

  /** Bytes of the pages that were written. */
  long writtenBytes() {
    return writtenBytes;
  }

  // ---- a pass

  /** Begins a pass if none is under way and there is something to clean. */
  private void begin(int filesMax) {
    if (pass != null) {
      return;
    }
    files.stateHas(log.liveBytes(), records.records());
    List<StateFile> all = files.all();
    List<CleaningPolicy.Candidate> candidates = new ArrayList<>();
    long unfinishedBytes = 0;
    long fileBytes = 0;
    boolean merges = all.size() > filesMax;
    Expired expired = expiries.now();
    long liveBytes = log.liveBytes();
    for (StateFile file : all) {
      boolean complete = file.complete();
      // What a snapshot needs takes its room anyway; a copy would only take more.
      boolean free = complete && (merges || !files.isHeld(file));
      long expiredBytes = complete ? file.expiredBytes(expired) : 0;
      liveBytes -= expiredBytes;
      candidates.add(
          new CleaningPolicy.Candidate(file.pageBytes(), file.liveBytes() - expiredBytes, free));
      fileBytes += file.pageBytes();
      unfinishedBytes += complete ? 0 : file.pageBytes();
    }
    long unwrittenBytes = log.unwrittenBytes();
    List<StateFile> victims = new ArrayList<>();
    for (int i : CleaningPolicy.victims(candidates, liveBytes, unwrittenBytes, filesMax)) {
      victims.add(all.get(i));
    }
    if (!victims.isEmpty()) {
      CleaningPass.Buffers in = buffers;
      if (in == null) {
        in = new CleaningPass.Buffers();
        buffers = in;
      }
      long image = files.openImage();
      files.narrowImage(image, victims);
      CleaningPass begun = new CleaningPass(files, log.capture(victims), expired, in);
      pass = begun;
      filesLess = victims.size();
      merging = victims.size() >= CleaningPolicy.MERGED_MIN;
      copying = true;
      background(() -> copy(begun, image));
    } else if (unfinishedBytes > Math.max(CleaningPolicy.GARBAGE_BYTES_MIN, liveBytes / 8)
        && CleaningPolicy.isDirty(fileBytes + unwrittenBytes, liveBytes)) {
      // The garbage is in the file under way.
      writer.finish();
      if (!inSnapshot) {
        writer.start();
      }
    }
  }

  private void background(FirstFailure.Step step) {
    if (inSnapshot) {
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

  /** Takes in up to so many records of what was copied. */
  private void take(int recordsMax) {
    if (handed) {
      handed = false;
      taking = handedSlice;
      handedSlice = null;
      goneIndex = 0;
      pageIndex = 0;
      if (taking == null) {
        endPass();
      }
    }
    CleaningPass.Slice slice = taking;
    if (slice == null) {
      return;
    }
    CleanedFile file = slice.file();
    for (int left = recordsMax; left > 0; left--) {
      if (goneIndex < slice.gone().count()) {
        int cost = slice.gone().isEntry(goneIndex) ? ENTRY_RECORDS : 1;
        if (cost > left) {
          return;
        }
        left -= cost - 1;
        letGo(slice.gone(), goneIndex++);
      } else if (file != null && pageIndex < file.pages().size()) {
        takeRecord(file, file.pages().get(pageIndex));
      } else {
        endSlice(file != null);
        return;
      }
    }
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

  /** Records that were written here are in the index; so it is a footer that told of others. */
  static CorruptionException noSlot(Page page, int at) {
    return new CorruptionException(
        String.valueOf(page.file),
        page.filePosition + at,
        "a record that the footer tells of",
        "another one");
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
      long old = HybridLog.address(before, at);
      long moved = HybridLog.address(to, from.at[record]);
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

  private void endSlice(boolean file) {
    taking = null;
    filesLess -= file ? 1 : 0;
    if (copiedAll) {
      endPass();
    } else {
      copying = true;
      background(goOn);
    }
  }

  private void endPass() {
    pass = null;
    passes++;
    nextLook = log.pagesMade();
    if (merging) {
      // Files of very many records may not become fewer; there is no use in trying again at once.
      mergeAbove =
          filesLess > 0
              ? CleaningPolicy.FILES_MAX
              : Math.max(CleaningPolicy.FILES_MAX, files.count() + CleaningPolicy.MERGED_MIN);
    }
  }

  /** Waits until the pass has copied all, and takes everything in. */
  private void finishPass() {
    while (pass != null) {
      if (taking == null) {
        strand.waitUntil(() -> handed);
      }
      take(Integer.MAX_VALUE);
    }
    // What is empty now goes.
    log.begin();
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
  }
}
