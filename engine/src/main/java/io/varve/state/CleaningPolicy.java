package io.varve.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which files are to be cleaned: those with much garbage, so that files take little more than what
 * is alive, and small ones when there are many, so that a snapshot has few.
 *
 * <p>Files are merged by tiers, each of eight times the size of the one before, up to those that
 * hold an eighth of all state, of which there are eight at most. A file that is merged with three
 * others of its tier is in the next one soon, so a byte is written about as many times as there are
 * tiers. All that is tiny is in the lowest tier, where writing it again costs next to nothing.
 * There are four tiers below those largest files: where there are more than 20 files, one of the
 * tiers has four.
 *
 * <p>And those from which much is read that belongs to one key and lies apart: maps that are gone
 * through, lists that are read. What is alive in them is put in order then, so that it lies
 * together. Doing so costs about as much as reading it apart a few times, of a disk that takes time
 * to find each place much less.
 *
 * <p>Thread: safe, without state.
 */
final class CleaningPolicy {

  /** As many files are left alone. */
  static final int FILES_MAX = 20;

  /** So many files of a tier are merged. */
  static final int MERGED_MIN = 4;

  /** Files below a 4096th of all state, or below this, are of the lowest tier. */
  static final long TINY_BYTES = 64 << 10;

  private static final int TIER_BITS = 3;

  /** The tier of files that are not merged. */
  private static final int LARGE_TIER = 4;

  /** So much garbage is never worth the work. */
  static final long GARBAGE_BYTES_MIN = 1 << 20;

  /** A pass copies no more than this, or a sixteenth of all state, to get rid of garbage. */
  private static final long COPIED_BYTES_MIN = 4 << 20;

  private CleaningPolicy() {}

  /**
   * What a file holds.
   *
   * @param bytes of all its pages
   * @param liveBytes of records that are alive and, as far as it is known, haven't expired
   * @param finished whether it may be cleaned
   */
  record Candidate(long bytes, long liveBytes, boolean finished) {
    long garbage() {
      return bytes - liveBytes;
    }
  }

  /**
   * Whether there is so much garbage that some files should be cleaned: more than five sixteenths
   * of what is alive. Less room costs more copying: where all is updated at random and little of it
   * is in memory, with five sixteenths about as much is copied as is written anyway, with three
   * twice as much.
   *
   * @param bytes of all pages, those among them that are yet to be written: a snapshot may do that
   *     at any time
   */
  static boolean isDirty(long bytes, long liveBytes) {
    return backlogBytes(bytes, liveBytes) > 0;
  }

  /** By how much there is more garbage than is left alone. */
  static long backlogBytes(long bytes, long liveBytes) {
    return Math.max(0, bytes - liveBytes - liveBytes / 16 * 5 - GARBAGE_BYTES_MIN);
  }

  /** Whether there is so much that whoever makes more should go no faster than cleaning does. */
  static boolean isTight(long bytes, long liveBytes) {
    return bytes > liveBytes + liveBytes / 8 * 3 + 2 * GARBAGE_BYTES_MIN;
  }

  /** Whether there is so much garbage that whoever makes more should wait. */
  static boolean isFlooded(long bytes, long liveBytes) {
    return bytes > 2 * liveBytes + liveBytes / 5 + 4 * GARBAGE_BYTES_MIN;
  }

  /**
   * The indexes of the files to be cleaned next, in ascending order; none if all is well.
   *
   * @param liveBytes of the whole store, whether in files or not, as those of files
   * @param unwrittenBytes of pages that are in no file yet
   * @param filesMax when there are more files, some are merged
   */
  static List<Integer> victims(
      List<Candidate> files, long liveBytes, long unwrittenBytes, int filesMax) {
    List<Integer> victims = new ArrayList<>();
    if (files.size() > filesMax) {
      addSmall(files, liveBytes, victims);
    }
    if (victims.isEmpty()) {
      addDirty(files, liveBytes, unwrittenBytes, victims);
    }
    addHollow(files, victims);
    victims.sort(null);
    return victims;
  }

  /**
   * What was read from a file.
   *
   * @param apartBytes of what was read apart from other records of the same key
   * @param free whether it may be cleaned, and it is of use
   */
  record Reading(long liveBytes, long apartBytes, boolean free) {

    /** Whether it is time to put the file in order. */
    boolean isApart() {
      return apartBytes >= liveBytes / 4;
    }
  }

  /** Whether a file of so much is not put in order again: so there are few that are in order. */
  static boolean isLargeGroup(long fileBytes, long liveBytes) {
    return fileBytes >= liveBytes / 8;
  }

  /**
   * The indexes of the files to be put in order, in ascending order; none if all is well. As many
   * as there is room for: what belongs to one key lies in as many places as there are files.
   *
   * @param liveBytes of the whole store
   * @param bytes of all pages
   */
  static List<Integer> toGroup(List<Reading> files, long liveBytes, long bytes) {
    List<Integer> victims = new ArrayList<>();
    long room = liveBytes + liveBytes / 2 - bytes;
    long mayCopy = Math.min(Math.max(COPIED_BYTES_MIN, liveBytes / 4), room);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      Reading file = files.get(i);
      if (file.free() && file.liveBytes() > 0 && file.isApart()) {
        order.add(i);
      }
    }
    order.sort(
        Comparator.comparingDouble(
            i -> -(double) files.get(i).apartBytes() / files.get(i).liveBytes()));
    for (int i : order) {
      if (files.get(i).liveBytes() <= mayCopy) {
        victims.add(i);
        mayCopy -= files.get(i).liveBytes();
      }
    }
    victims.sort(null);
    return victims;
  }

  /** Nothing of these is copied: all that is in them has expired. */
  private static void addHollow(List<Candidate> files, List<Integer> victims) {
    for (int i = 0; i < files.size(); i++) {
      Candidate file = files.get(i);
      if (file.finished() && file.bytes() > 0 && file.liveBytes() == 0 && !victims.contains(i)) {
        victims.add(i);
      }
    }
  }

  private static void addDirty(
      List<Candidate> files, long liveBytes, long unwrittenBytes, List<Integer> victims) {
    long bytes = unwrittenBytes + files.stream().mapToLong(Candidate::bytes).sum();
    if (!isDirty(bytes, liveBytes)) {
      return;
    }
    // As much as makes the next pass far enough away.
    long enough = bytes - liveBytes - liveBytes / 16 * 3;
    long mayCopy = Math.max(COPIED_BYTES_MIN, liveBytes / 16);
    List<Integer> dirtiest =
        finished(
            files, Comparator.comparingDouble(file -> -(double) file.garbage() / file.bytes()));
    for (int i : dirtiest) {
      Candidate file = files.get(i);
      boolean worthIt = file.garbage() > file.bytes() / 8;
      if (!worthIt || enough <= 0 || (!victims.isEmpty() && file.liveBytes() > mayCopy)) {
        return;
      }
      victims.add(i);
      enough -= file.garbage();
      mayCopy -= file.liveBytes();
    }
  }

  /** The lowest tier that has several files, and all below it. */
  private static void addSmall(List<Candidate> files, long liveBytes, List<Integer> victims) {
    List<Integer> smallest = finished(files, Comparator.comparingLong(Candidate::liveBytes));
    int tier = 0;
    int inTier = 0;
    for (int i : smallest) {
      int of = tier(files.get(i).liveBytes(), liveBytes);
      if (of != tier) {
        if (inTier >= MERGED_MIN) {
          return;
        }
        if (of >= LARGE_TIER) {
          break;
        }
        tier = of;
        inTier = 0;
      }
      victims.add(i);
      inTier++;
    }
    if (inTier < MERGED_MIN) {
      victims.clear();
    }
  }

  /** The tier of a file of which so much is alive, from 0. */
  private static int tier(long bytes, long storeBytes) {
    long tiny = Math.max(TINY_BYTES, storeBytes >>> (LARGE_TIER * TIER_BITS));
    int tier = 0;
    for (long more = bytes / tiny; more > 0; more >>>= TIER_BITS) {
      tier++;
    }
    return tier;
  }

  private static List<Integer> finished(List<Candidate> files, Comparator<Candidate> order) {
    List<Integer> finished = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      if (files.get(i).finished()) {
        finished.add(i);
      }
    }
    finished.sort((a, b) -> order.compare(files.get(a), files.get(b)));
    return finished;
  }
}
