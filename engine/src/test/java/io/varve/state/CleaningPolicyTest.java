package io.varve.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.state.CleaningPolicy.Candidate;
import io.varve.state.CleaningPolicy.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CleaningPolicyTest {

  private static final long MIB = 1 << 20;

  @Test
  void fewFilesWithLittleGarbageAreLeftAlone() {
    assertThat(victims(List.of(), 0)).isEmpty();
    assertThat(victims(List.of(file(100, 80), file(100, 70), file(100, 90)), 240)).isEmpty();
    // Much of it, but less than what is alive in memory allows for.
    assertThat(victims(List.of(file(100, 20), file(100, 90)), 240)).isEmpty();
  }

  @Test
  void filesFromWhichMuchIsReadApartArePutInOrder() {
    List<Reading> files =
        List.of(
            new Reading(100 * MIB, 30 * MIB, true),
            new Reading(100 * MIB, 24 * MIB, true),
            new Reading(100 * MIB, 90 * MIB, false),
            new Reading(50 * MIB, 40 * MIB, true),
            new Reading(0, 40 * MIB, true));
    assertThat(CleaningPolicy.toGroup(files, 800 * MIB, 800 * MIB)).containsExactly(0, 3);
    // No more than a quarter of all at once, most apart first.
    assertThat(CleaningPolicy.toGroup(files, 500 * MIB, 500 * MIB)).containsExactly(3);
    // Nor more than there is room for.
    assertThat(CleaningPolicy.toGroup(files, 800 * MIB, 1140 * MIB)).containsExactly(3);
    assertThat(CleaningPolicy.toGroup(files, 800 * MIB, 1160 * MIB)).isEmpty();
  }

  @Test
  void filesWithMostGarbageGoFirst() {
    List<Candidate> files =
        List.of(file(100, 90), file(100, 8), file(100, 5), file(100, 90), file(100, 89));
    assertThat(victims(files, 385)).isEmpty();
    assertThat(victims(files, 290)).containsExactly(1, 2);
    // Half as much is to go then.
    assertThat(victims(files, 350)).containsExactly(2);
  }

  @Test
  void aFileUnderWayIsNotTouched() {
    List<Candidate> files =
        List.of(file(100, 50), new Candidate(100 * MIB, 0, false), file(100, 95));
    assertThat(victims(files, 145)).containsExactly(0);
    assertThat(victims(List.of(new Candidate(100 * MIB, 0, false)), 0)).isEmpty();
  }

  @Test
  void aFileInWhichAllHasExpiredGoesAtOnce() {
    List<Candidate> files = List.of(file(100, 99), file(1, 0), file(100, 99));
    assertThat(victims(files, 198)).containsExactly(1);
    assertThat(victims(List.of(file(100, 99), new Candidate(MIB, 0, false)), 99)).isEmpty();
  }

  @Test
  void whatIsYetToBeWrittenCounts() {
    List<Candidate> files = List.of(file(100, 40), file(100, 90));
    assertThat(CleaningPolicy.victims(files, 230 * MIB, 0, CleaningPolicy.FILES_MAX)).isEmpty();
    assertThat(CleaningPolicy.victims(files, 230 * MIB, 110 * MIB, CleaningPolicy.FILES_MAX))
        .containsExactly(0);
  }

  @Test
  void aPassCopiesOnlyAPart() {
    List<Candidate> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      files.add(file(100, 50));
    }
    // A sixteenth of 1500 MiB is less than two of 50.
    assertThat(victims(files, 1500)).hasSize(1);
  }

  @Test
  void manyFilesOfOneSizeAreMerged() {
    List<Candidate> files = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      files.add(file(1000, 1000));
    }
    for (int i = 0; i < 14; i++) {
      files.add(file(1, 1));
    }
    assertThat(victims(files, 6014)).isEmpty();
    files.add(file(1, 1));
    assertThat(victims(files, 6015)).hasSize(15).doesNotContain(0, 1, 2, 3, 4, 5);
  }

  /** Snapshot after snapshot, each with so much that is new, on top of what is there already. */
  @ParameterizedTest
  @CsvSource({"0, 100000, 5", "0, 1000000, 5", "1000000000, 1000, 40", "100000000, 300000, 5"})
  void filesStayFewAndAreNotWrittenOftenAgain(long begin, long each, double timesMax) {
    Random random = new Random(begin + each);
    List<Candidate> files = new ArrayList<>();
    long live = begin;
    for (long left = begin; left > 0; left -= begin / 8) {
      files.add(new Candidate(begin / 8, begin / 8, true));
    }
    long added = 0;
    long written = 0;
    int most = 0;
    for (int i = 0; i < 20_000; i++) {
      long bytes = each / 2 + random.nextInt((int) each);
      files.add(new Candidate(bytes, bytes, true));
      added += bytes;
      live += bytes;
      List<Integer> victims = CleaningPolicy.victims(files, live, 0, CleaningPolicy.FILES_MAX);
      most = Math.max(most, files.size());
      if (!victims.isEmpty()) {
        long merged = victims.stream().mapToLong(v -> files.get(v).liveBytes()).sum();
        for (int v = victims.size() - 1; v >= 0; v--) {
          files.remove((int) victims.get(v));
        }
        files.add(new Candidate(merged, merged, true));
        written += merged;
      }
    }
    assertThat(most).isLessThanOrEqualTo(CleaningPolicy.FILES_MAX + 1);
    assertThat((double) written / added).as("written again").isLessThan(timesMax);
  }

  private static List<Integer> victims(List<Candidate> files, long liveMib) {
    return CleaningPolicy.victims(files, liveMib * MIB, 0, CleaningPolicy.FILES_MAX);
  }

  private static Candidate file(long mib, long liveMib) {
    return new Candidate(mib * MIB, liveMib * MIB, true);
  }
}
