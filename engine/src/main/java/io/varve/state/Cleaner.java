package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.state.CleanedFile.CleanedPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * <p>Thread: the store's owner; copying runs on a strand. One pass at a time.
 */
final class Cleaner {

  /** The most files that a snapshot consists of. */
  static final int SNAPSHOT_FILES_MAX = 32;

  /** Records that are moved by one operation. */
  private static final int STEP_RECORDS = 32;

  /** And by one snapshot. */
  private static final int SNAPSHOT_RECORDS = 2_048;

  /** And while space is tight, by one that looks. */
  private static final int TIGHT_RECORDS = 2048;

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
  private final PageWriter writer;
  private final StateStrand strand;
  private final Grouping grouping;

  /** More than {@link #SNAPSHOT_FILES_MAX} at first if the store was opened with more. */
  private int snapshotFilesMax;

  private long nextLook;
  private CleaningPass.@Nullable Buffers buffers;

  private @Nullable CleaningPass pass;

  /** By how many the pass makes the files fewer. */
  private int filesLess;

  private boolean merging;

  /** When there are more files, some are merged. */
  private int mergeAbove = CleaningPolicy.FILES_MAX;

  /** Whether the strand waits for the owner; it has set what is below before. */
  private volatile boolean handed;

  private @Nullable CleanedFile handedFile;
  private boolean copiedAll;

  /** Counts what the strand has copied. */
  private final AtomicInteger slices = new AtomicInteger();

  /** How copying goes on when the file has been taken in. */
  private FirstFailure.Step goOn = () -> {};

  // The file that is being taken in, and where in it.
  private @Nullable CleanedFile taking;
  private int pageIndex;
  private @Nullable Page page;
  private int record;

  private long writtenBytes;
  private long passes;

  Cleaner(
      HybridLog log,
      RecordStore records,
      StateFiles files,
      PageWriter writer,
      Executor executor,
      FirstFailure failure) {
    this.log = log;
    this.records = records;
    this.files = files;
    this.writer = writer;
    this.strand = new StateStrand(executor, failure, "Cleaning state in " + files.path());
    this.grouping = new Grouping(log, files);
    this.snapshotFilesMax = SNAPSHOT_FILES_MAX;
  }

  /** Takes note of the files that the store was opened with. */
  void opened() {
    snapshotFilesMax = Math.max(SNAPSHOT_FILES_MAX, files.count());
  }

  // ---- called by operations

  /** Whether {@link #step} has something to do. */
  boolean isDue() {
    return handed || taking != null || isLookDue();
  }

  private boolean isLookDue() {
    return log.pagesMade() >= nextLook || grouping.isDue();
  }

  /** Does a little; when an operation begins, before it has looked at any record. */
  void step() {
    take(STEP_RECORDS);
    if (isLookDue()) {
      look();
    }
  }

  private void look() {
    nextLook = log.pagesMade() + PAGES_BETWEEN;
    grouping.look();
    log.harvest();
    begin(mergeAbove);
    long bytes = diskBytes();
    if (pass == null) {
      beginGrouping(bytes);
    }
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

  /** Sees to it that a snapshot taken now has few files. Waits for a pass if there are too many. */
  void beforeImage() {
    log.harvest();
    take(SNAPSHOT_RECORDS);
    begin(mergeAbove);
    int more = 1 + (int) (log.unwrittenBytes() / files.fileBytesMax());
    int filesMax = Math.min(CleaningPolicy.FILES_MAX, snapshotFilesMax - more);
    boolean fewer = true;
    while (fewer && files.count() + more > snapshotFilesMax) {
      boolean begins = pass == null;
      begin(filesMax);
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

  /** Whether a pass is under way. */
  boolean isCleaning() {
    return pass != null;
  }

  /** How many passes have ended. */
  long passes() {
    return passes;
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
    for (StateFile file : all) {
      boolean complete = file.complete();
      // What a snapshot needs takes its room anyway; a copy would only take more.
      boolean free = complete && (merges || !files.isHeld(file));
      candidates.add(new CleaningPolicy.Candidate(file.pageBytes(), file.liveBytes(), free));
      fileBytes += file.pageBytes();
      unfinishedBytes += complete ? 0 : file.pageBytes();
    }
    long liveBytes = log.liveBytes();
    long unwrittenBytes = log.unwrittenBytes();
    List<StateFile> victims = new ArrayList<>();
    for (int i : CleaningPolicy.victims(candidates, liveBytes, unwrittenBytes, filesMax)) {
      victims.add(all.get(i));
    }
    if (!victims.isEmpty()) {
      begin(victims, grouping.isApart(victims) ? grouping.begin() : null);
      merging = victims.size() >= CleaningPolicy.MERGED_MIN;
    } else if (unfinishedBytes > Math.max(CleaningPolicy.GARBAGE_BYTES_MIN, liveBytes / 8)
        && CleaningPolicy.isDirty(fileBytes + unwrittenBytes, liveBytes)) {
      // The garbage is in the file under way.
      writer.finish();
    }
  }

  /** Begins to put together what is read together and lies apart, if there is any. */
  private void beginGrouping(long diskBytes) {
    List<StateFile> victims = grouping.victims(diskBytes);
    if (!victims.isEmpty()) {
      OwnerOrder order = grouping.begin();
      if (order != null) {
        begin(victims, order);
        merging = false;
      }
    }
  }

  private void begin(List<StateFile> victims, @Nullable OwnerOrder order) {
    CleaningPass.Buffers in = buffers;
    if (in == null) {
      in = new CleaningPass.Buffers();
      buffers = in;
    }
    long image = files.openImage();
    files.narrowImage(image, victims);
    CleaningPass begun = new CleaningPass(files, log.capture(victims), in, order);
    pass = begun;
    filesLess = victims.size();
    strand.execute(() -> copy(begun, image));
  }

  /** On the strand. */
  private void copy(CleaningPass pass, long image) throws IOException {
    CleanedFile file = pass.slice();
    slices.incrementAndGet();
    boolean all = pass.done();
    if (all) {
      files.closeImage(image);
    }
    if (file == null && !all) {
      strand.execute(() -> copy(pass, image));
      return;
    }
    handedFile = file;
    copiedAll = all;
    goOn = () -> copy(pass, image);
    handed = true;
  }

  /** Takes in up to so many records of what was copied. */
  private void take(int recordsMax) {
    if (handed) {
      handed = false;
      taking = handedFile;
      handedFile = null;
      pageIndex = 0;
      if (taking == null) {
        endPass();
      }
    }
    CleanedFile file = taking;
    if (file == null) {
      return;
    }
    for (int left = recordsMax; left > 0; left--) {
      if (pageIndex == file.pages().size()) {
        endFile();
        return;
      }
      takeRecord(file, file.pages().get(pageIndex));
    }
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
    // A page that was dropped meanwhile is all dead.
    if (!Page.isDead(before.dead, at)) {
      long old = HybridLog.address(before, at);
      long moved = HybridLog.address(to, from.at[record]);
      if (!records.index(from.tables[record]).replace(from.hashes[record], old, moved)) {
        throw new IllegalStateException(
            "no slot leads to the live record " + Long.toHexString(old) + " of " + before.file);
      }
      int bytes = from.bytes(record);
      log.reviveAdopted(to, from.at[record], bytes);
      log.kill(old, bytes);
    }
    if (++record == from.records) {
      log.endAdopting(to);
      page = null;
      pageIndex++;
    }
  }

  private void endFile() {
    taking = null;
    filesLess--;
    if (copiedAll) {
      endPass();
    } else {
      strand.execute(goOn);
    }
  }

  private void endPass() {
    pass = null;
    grouping.end();
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
    grouping.end();
  }
}
