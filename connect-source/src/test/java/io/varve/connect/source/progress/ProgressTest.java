package io.varve.connect.source.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.connect.source.progress.Progress.Snapshot;
import org.junit.jupiter.api.Test;

final class ProgressTest {

  private static final long SECOND = 1_000_000_000;

  private final Progress progress = new Progress(0);

  @Test
  void rateAndTimeLeftComeFromWhatWasDoneSinceTheStart() {
    progress.begin(0, 1000, 5000);
    progress.add(500, 50_000);
    progress.update(2 * SECOND, 2000, 5000);
    Snapshot now = progress.snapshot();
    assertThat(now.ratio()).isEqualTo(0.4);
    assertThat(now.eventsPerSecond()).isEqualTo(250);
    assertThat(now.bytesPerSecond()).isEqualTo(25_000);
    assertThat(now.remainingMs()).as("500 offsets a second, 3000 left").isEqualTo(6000);
    assertThat(ProgressLog.line(now))
        .isEqualTo(
            "2000 of 5000 offsets (40.0 %), 500 events so far, 250 events/s, 0.0 MB/s, about 0:00:06"
                + " left");
  }

  @Test
  void theRateForgetsWhatWasLongAgo() {
    progress.begin(0, 0, 1_000_000);
    long done = 0;
    for (int second = 1; second <= 60; second++) {
      int lately = second <= 30 ? 1000 : 10;
      progress.add(lately, lately);
      done += lately;
      progress.update(second * SECOND, done, 1_000_000);
    }
    assertThat(progress.snapshot().eventsPerSecond()).isEqualTo(10);
  }

  @Test
  void whatIsNotKnownIsSaidSo() {
    progress.begin(0, 10, 20);
    assertThat(progress.snapshot().remainingMs()).isEqualTo(-1);
    progress.update(SECOND, 10, 20);
    assertThat(progress.snapshot().remainingMs()).isEqualTo(-1);
    assertThat(ProgressLog.line(progress.snapshot())).endsWith("end not known");
    progress.update(2 * SECOND, 20, 20);
    assertThat(progress.snapshot().remainingMs()).isZero();
  }

  @Test
  void anEmptyRangeIsDone() {
    progress.begin(0, 0, 0);
    assertThat(progress.snapshot().ratio()).isEqualTo(1);
    assertThat(progress.snapshot().remainingMs()).isZero();
  }
}
