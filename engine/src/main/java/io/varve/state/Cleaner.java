package io.varve.state;

import io.varve.base.FirstFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Keeps files few and garbage little: now and then some files are chosen, what is alive in them is
 * copied to a new one in the background, and the owner lets the indexes lead there, a few records
 * an operation. Nothing alive is left in the old files then, so they go.
 *
 * <p>This decides when, and how fast; {@link CleaningPolicy} decides which files, {@link Grouping}
 * which are to be put in order, and {@link CleaningRun} does it.
 *
 * <p>Thread: the store's owner, but for {@link #awaitCopies}. One pass at a time.
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
  private final PageWriter writer;
  private final StateStrand strand;
  private final Grouping grouping;
  private final CleaningRun run;

  /** More than {@link #SNAPSHOT_FILES_MAX} at first if the store was opened with more. */
  private int snapshotFilesMax;

  private long nextLook;

  /** Whether there was a snapshot since the last operation. */
  private boolean snapshotTaken;

  /** Records that an operation moves now. */
  private int stepRecords = STEP_RECORDS;

  /** Whether the pass under way is to make files fewer. */
  private boolean merging;

  /** When there are more files, some are merged. */
  private int mergeAbove = CleaningPolicy.FILES_MAX;

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
    this.grouping = new Grouping(log, files);
    this.run = new CleaningRun(log, records, files, expiries, strand, grouping);
    this.snapshotFilesMax = SNAPSHOT_FILES_MAX;
  }

  /** Takes note of the files that the store was opened with. */
  void opened() {
    snapshotFilesMax = Math.max(SNAPSHOT_FILES_MAX, files.count());
  }

  // ---- called by operations

  /** Whether {@link #step} has something to do. */
  boolean isDue() {
    return run.hasToTake() || snapshotTaken || isLookDue();
  }

  private boolean isLookDue() {
    return log.resident().pagesMade() >= nextLook || grouping.isDue();
  }

  /** Does a little; when an operation begins, before it has looked at any record. */
  void step() {
    take(stepRecords);
    if (snapshotTaken) {
      writer.start();
      strand.start();
      afterSnapshot();
    }
    if (isLookDue()) {
      look();
    }
  }

  /** Does what a snapshot has left to the next operation, since it may take long. */
  private void afterSnapshot() {
    snapshotTaken = false;
    log.resident().harvest();
    writer.retireEmpty();
    int count = files.count();
    begin(count + more() > snapshotFilesMax ? filesWanted() : mergeAbove);
    int hurry = Math.min(16, Math.max(0, count - HURRY_FILES));
    stepRecords = Math.min(TIGHT_RECORDS, STEP_RECORDS << hurry);
  }

  /** Files that a snapshot adds, at the most. */
  private int more() {
    return 1 + (int) (log.resident().unwrittenBytes() / files.fileBytesMax());
  }

  /** To how many files cleaning is to get when there are too many. */
  private int filesWanted() {
    return Math.min(CleaningPolicy.FILES_MAX, snapshotFilesMax - more());
  }

  private void look() {
    nextLook = log.resident().pagesMade() + PAGES_BETWEEN;
    grouping.look();
    log.resident().harvest();
    begin(mergeAbove);
    long bytes = diskBytes();
    if (!run.isUnderWay()) {
      beginGrouping(bytes);
    }
    if (run.isUnderWay() && CleaningPolicy.isFlooded(bytes, log.liveBytes())) {
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
    if (run.hasToTake()) {
      take(TIGHT_RECORDS);
    } else if (run.isUnderWay()) {
      run.awaitSlice();
    } else if (files.retiredBytes() > 0) {
      files.awaitDeletion(TIGHT_WAIT_MS);
    }
  }

  /** Bytes of all pages in files, or that would be if a snapshot was taken now. */
  private long diskBytes() {
    return files.retiredBytes() + log.resident().unwrittenBytes() + fileBytes();
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
      run.setQuiet(true);
      take(IDLE_RECORDS);
      afterSnapshot();
      run.setQuiet(false);
    }
    snapshotTaken = true;
    boolean fewer = true;
    while (fewer && files.count() + more() > snapshotFilesMax + FILES_BEHIND_MAX) {
      log.resident().harvest();
      writer.retireEmpty();
      boolean begins = !run.isUnderWay();
      begin(filesWanted());
      if (!run.isUnderWay()) {
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
      run.awaitCopies();
    }
  }

  /** Whether a pass is under way. */
  boolean isCleaning() {
    return run.isUnderWay();
  }

  /** How many passes have ended. */
  long passes() {
    return run.passes();
  }

  /** How many records have been let go since they had expired. */
  long expiredRecords() {
    return run.expiredRecords();
  }

  /** Bytes of the pages that were written. */
  long writtenBytes() {
    return run.writtenBytes();
  }

  // ---- a pass

  /** Begins a pass if none is under way and there is something to clean. */
  private void begin(int filesMax) {
    if (run.isUnderWay()) {
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
      // What is not here yet may be deleted there as soon as no checkpoint has it any more, though
      // a pass still reads it. And what a snapshot needs takes its room anyway; a copy would only
      // take more.
      boolean free = complete && !file.isElsewhere() && (merges || !files.isHeld(file));
      long expiredBytes = complete ? file.expiredBytes(expired) : 0;
      liveBytes -= expiredBytes;
      candidates.add(
          new CleaningPolicy.Candidate(file.pageBytes(), file.liveBytes() - expiredBytes, free));
      fileBytes += file.pageBytes();
      unfinishedBytes += complete ? 0 : file.pageBytes();
    }
    long unwrittenBytes = log.resident().unwrittenBytes();
    List<StateFile> victims = new ArrayList<>();
    for (int i : CleaningPolicy.victims(candidates, liveBytes, unwrittenBytes, filesMax)) {
      victims.add(all.get(i));
    }
    if (!victims.isEmpty()) {
      run.begin(victims, expired, grouping.isApart(victims) ? grouping.begin() : null);
      merging = victims.size() >= CleaningPolicy.MERGED_MIN;
    } else if (unfinishedBytes > Math.max(CleaningPolicy.GARBAGE_BYTES_MIN, liveBytes / 8)
        && CleaningPolicy.isDirty(fileBytes + unwrittenBytes, liveBytes)) {
      // The garbage is in the file under way.
      writer.finish();
      if (!run.isQuiet()) {
        writer.start();
      }
    }
  }

  /** Begins to put together what is read together and lies apart, if there is any. */
  private void beginGrouping(long diskBytes) {
    List<StateFile> victims = grouping.victims(diskBytes);
    OwnerOrder order = victims.isEmpty() ? null : grouping.begin();
    if (order != null) {
      run.begin(victims, expiries.now(), order);
      merging = false;
    }
  }

  /** Takes in up to so many records of what a pass has copied. */
  private void take(int recordsMax) {
    if (run.take(recordsMax)) {
      passEnded();
    }
  }

  private void finishPass() {
    run.finish();
    passEnded();
  }

  private void passEnded() {
    nextLook = log.resident().pagesMade();
    if (merging) {
      // Files of very many records may not become fewer; there is no use in trying again at once.
      mergeAbove =
          run.filesLess() > 0
              ? CleaningPolicy.FILES_MAX
              : Math.max(CleaningPolicy.FILES_MAX, files.count() + CleaningPolicy.MERGED_MIN);
    }
  }

  /** Ends what is under way. The failure is set before, so that nothing is begun. */
  void close() {
    run.close();
  }
}
