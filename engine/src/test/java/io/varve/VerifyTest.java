package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.BatchHeader;
import io.varve.format.Codec;
import io.varve.io.PosixDirectory;
import io.varve.verify.FileInspector;
import io.varve.verify.Part;
import io.varve.verify.Problem;
import io.varve.verify.Problem.Affected;
import io.varve.verify.VerifyListener;
import io.varve.verify.VerifyReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checking a store and looking into its files, sound ones and damaged ones. */
final class VerifyTest {

  private static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  private static final int EVENTS = 60;

  @TempDir Path folder;

  private Path log;

  @BeforeEach
  void fill() {
    log = folder.resolve("streams/orders/g1/p0");
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      store.schemas().put(77, "\"long\"".getBytes(StandardCharsets.UTF_8));
      try (LogWriter writer = store.openWriter(LOG, small(), "test")) {
        append(writer, EVENTS);
      }
    }
  }

  private static LogSettings small() {
    return LogSettings.defaults()
        .withBatchBytes(1 << 10)
        .withSegmentBytes(4 << 10)
        .withCodec(Codec.NONE);
  }

  private static void append(LogWriter writer, int count) {
    for (int i = 0; i < count; i++) {
      writer.append(Event.of(writer.nextOffset(), 1000 + i, null, new byte[200]));
    }
  }

  private VerifyReport verify() {
    return Store.verify(folder, VerifyListener.NONE);
  }

  @Test
  void countsWhatIsSound() {
    VerifyReport report = verify();

    assertThat(report.problems()).isEmpty();
    assertThat(report.unnamed()).isEmpty();
    assertThat(report.counts().events()).isEqualTo(EVENTS);
    assertThat(report.counts().logs()).isEqualTo(1);
    assertThat(report.counts().schemas()).isEqualTo(1);
    assertThat(report.counts().segments()).isGreaterThan(3);
  }

  @Test
  void checksWhatARunningWriterHasCommittedAndLeavesNoTrace() throws IOException {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(LOG, small(), "test")) {
      append(writer, 3);
      writer.sync();
      append(writer, 1);
      List<Path> before = files();

      VerifyReport report = verify();

      assertThat(report.problems()).isEmpty();
      assertThat(report.counts().events()).isEqualTo(EVENTS + 3);
      assertThat(files()).isEqualTo(before);
    }
  }

  @Test
  void reportsEveryBitThatTurnsOverInAFileThatMatters() throws IOException {
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      if (!matters(file)) {
        continue;
      }
      int step = Math.max(1, bytes.length / 150);
      for (int at = 0; at < bytes.length; at += step) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << at % 8);
        Files.write(file, damaged);

        VerifyReport report = verify();

        assertThat(report.problems()).as("%s, byte %d", file, at).isNotEmpty();
        assertThat(report.problems().get(0).file()).isEqualTo(file.toString());
        inspect(file);
      }
      Files.write(file, bytes);
    }
    assertThat(verify().problems()).isEmpty();
  }

  /** A commit file of a log that was closed, and lock files, say nothing any more. */
  private static boolean matters(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith("commit-") && !name.endsWith(".lock");
  }

  @Test
  void reportsEveryLengthThatASegmentIsCutTo() throws IOException {
    Path segment = segments().get(1);
    byte[] bytes = Files.readAllBytes(segment);
    for (int length = 0; length < bytes.length; length += 61) {
      Files.write(segment, Arrays.copyOf(bytes, length));

      assertThat(verify().problems()).as("length %d", length).isNotEmpty();
      inspect(segment);
    }
  }

  @Test
  void inspectsWhatIsLeftOfAnyFile() throws IOException {
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      for (int length = 0; length < Math.min(bytes.length, 300); length += 3) {
        Files.write(file, Arrays.copyOf(bytes, length));
        List<Part> parts = inspect(file);
        // A segment may end anywhere behind its header: it is the manifest that says where.
        if (length < 64 || !file.toString().endsWith(".log")) {
          assertThat(parts).as("%s cut to %d", file, length).anyMatch(Part::problem);
        }
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void goesOnBehindADamagedPayload() throws IOException {
    flip(segments().get(0), 64 + BatchHeader.BYTES + 10);
    flip(segments().get(2), 64 + BatchHeader.BYTES + 10);

    VerifyReport report = verify();

    assertThat(report.problems()).hasSize(2);
    Affected affected = report.problems().get(0).affected();
    assertThat(affected).isNotNull();
    assertThat(affected.fromOffset()).isZero();
    assertThat(affected.toOffset()).isLessThan(10);
    assertThat(report.problems().get(1).file()).isEqualTo(segments().get(2).toString());
  }

  @Test
  void tellsWhichOffsetsADamagedBatchHeaderTakesAway() throws IOException {
    flip(segments().get(0), 64 + 20);

    VerifyReport report = verify();

    assertThat(report.problems()).hasSize(1);
    assertThat(report.problems().get(0).position()).isEqualTo(64);
    assertThat(report.problems().get(0).affected()).isNotNull();
    assertThat(report.problems().get(0).affected().fromOffset()).isZero();
  }

  @Test
  void reportsFilesThatAreGone() throws IOException {
    Files.delete(segments().get(0));
    Path index = files().stream().filter(each -> each.toString().endsWith(".idx")).toList().get(1);
    Files.delete(index);

    List<Problem> problems = verify().problems();

    assertThat(problems).hasSize(2);
    assertThat(problems.get(0).found()).isEqualTo("no file");
    assertThat(problems.get(0).affected().fromOffset()).isZero();
    assertThat(problems.get(1).file()).isEqualTo(index.toString());
    assertThat(problems.get(1).affected()).isNull();
  }

  @Test
  void reportsAManifestThatSaysOtherThanItsSegments() throws IOException {
    Path first = segments().get(0);
    Path second = segments().get(1);
    Files.delete(second);
    Files.copy(first, second);

    assertThat(verify().problems()).isNotEmpty();
  }

  @Test
  void reportsAnOpenSegmentWhoseMarksAreGone(@TempDir Path other) throws IOException {
    Path copy = other.resolve("copy");
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer = store.openWriter(LOG, small(), "test")) {
      append(writer, 3);
      writer.sync();
      copy(folder, copy);
    }
    Path commit = copy.resolve("streams/orders/g1/p0/commit-2");
    assertThat(Store.verify(copy, VerifyListener.NONE).problems()).isEmpty();
    byte[] bytes = Files.readAllBytes(commit);
    for (int page = 0; page < 3; page++) {
      bytes[page * 4096 + 20] ^= 1;
    }
    Files.write(commit, bytes);

    VerifyReport report = Store.verify(copy, VerifyListener.NONE);

    assertThat(report.problems()).hasSize(1);
    assertThat(report.problems().get(0).file()).isEqualTo(commit.toString());
    assertThat(report.problems().get(0).affected().fromOffset()).isEqualTo(EVENTS);
    assertThat(inspect(commit)).filteredOn(Part::problem).hasSize(3);
  }

  @Test
  void checksWhatOnlyASnapshotStillNeeds() throws IOException {
    LogSettings one = small().withRetention(new Retention(-1, 1));
    try (Store store = Store.open(folder, StoreSettings.defaults().withMaintenanceMs(1))) {
      store.snapshots().create("before");
      try (LogWriter writer = store.openWriter(LOG, one, "test")) {
        append(writer, 3);
        writer.sync();
        await().until(() -> store.stats(LOG).startOffset() > 0);
      }
    }
    assertThat(verify().problems()).isEmpty();
    assertThat(verify().unnamed()).isEmpty();
    Path snapshot = log.resolve("snapshots/before.snapshot");
    assertThat(inspect(snapshot)).noneMatch(Part::problem);
    Path first = segments().get(0);

    flip(first, 64 + BatchHeader.BYTES + 10);

    assertThat(verify().problems()).hasSize(1);
    assertThat(verify().problems().get(0).file()).isEqualTo(first.toString());
    flip(snapshot, 30);
    assertThat(verify().problems()).extracting(Problem::file).containsExactly(snapshot.toString());
  }

  @Test
  void findsALogSoundWhileItIsCompactedAndAfterwards() throws IOException {
    Compaction always = new Compaction(true, 0, 0, 0);
    StreamPartition keyed = new StreamPartition("keyed", 1, 0);
    try (Store store = Store.open(folder, StoreSettings.defaults().withMaintenanceMs(1));
        LogWriter writer = store.openWriter(keyed, small().withCompaction(always), "test")) {
      for (int i = 0; i < 2000; i++) {
        writer.append(Event.of(i, i, new byte[] {(byte) (i % 7)}, new byte[50]));
        if (i % 200 == 0) {
          writer.sync();
          assertThat(verify().problems()).isEmpty();
        }
      }
      await().until(() -> writer.metrics().compaction().passes() > 1);
      assertThat(writer.metrics().compaction().eventsRemoved()).isPositive();
      assertThat(verify().problems()).isEmpty();
    }
    VerifyReport report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.counts().events()).isLessThan(EVENTS + 2000);
    for (Path segment : segments()) {
      assertThat(inspect(segment)).as("%s", segment).noneMatch(Part::problem);
    }
  }

  @Test
  void listsFilesThatNothingNames() throws IOException {
    Path stray = Files.writeString(log.resolve("00000000000000009999-1.log"), "left behind");

    VerifyReport report = verify();

    assertThat(report.problems()).isEmpty();
    assertThat(report.unnamed()).containsExactly(stray.toString());
  }

  @Test
  void tellsInWordsWhatStandsInEachFile() throws IOException {
    assertThat(texts(folder.resolve("STORE"))).anyMatch(text -> text.contains("format version 1"));
    assertThat(texts(folder.resolve("schemas/000000000000004d"))).contains("\"long\"");
    assertThat(texts(segments().get(0)))
        .anyMatch(text -> text.contains("first offset 0, epoch 1"))
        .anyMatch(text -> text.contains("events, offsets 0 to"))
        .anyMatch(text -> text.contains("batches,"));
    for (Path file : files()) {
      if (!file.toString().endsWith(".lock")) {
        assertThat(inspect(file)).as("%s", file).noneMatch(Part::problem).hasSizeGreaterThan(1);
      }
    }
  }

  private List<String> texts(Path file) throws IOException {
    return inspect(file).stream().map(Part::text).toList();
  }

  private static List<Part> inspect(Path file) throws IOException {
    List<Part> parts = new ArrayList<>();
    new FileInspector(
            new PosixDirectory(file.getParent()), file.getFileName().toString(), parts::add)
        .inspect();
    return parts;
  }

  private List<Path> segments() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith(".log")).toList();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }
}
