package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
import io.varve.format.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Who reads all events again: one thread, files in the page cache. */
final class ReplayContest {

  static final String BARE = "bare file";
  static final String BARE_EVENTS = "bare file, touching each event";
  static final String BARE_COPIES = "bare file, copying each value";

  private final Work work;
  private final Path varve;
  private final Path varveLz4;
  private final Path framed;
  private final Path chronicle;
  private final Path kafka;

  ReplayContest(Work work) {
    this.work = work;
    this.varve = work.path("kept-varve");
    this.varveLz4 = work.path("kept-varve-lz4");
    this.framed = work.path("kept-framed");
    this.chronicle = work.path("kept-chronicle");
    this.kafka = work.path("kept-kafka");
  }

  /** Writes what is to be read. */
  void prepare() throws Exception {
    try (VarveLog log = new VarveLog(Files.createDirectories(varve))) {
      log.append(work, Codec.NONE);
    }
    try (VarveLog log = new VarveLog(Files.createDirectories(varveLz4))) {
      log.append(work, Codec.LZ4);
    }
    try (FramedFile file = new FramedFile(Files.createDirectories(framed))) {
      file.write(work);
    }
    try (ChronicleLog log = new ChronicleLog(Files.createDirectories(chronicle))) {
      log.append(work);
    }
    try (KafkaLog log = new KafkaLog(Files.createDirectories(kafka))) {
      log.append(work);
    }
  }

  /** How many bytes Varve's files of the events have, not compressed. */
  long storedBytes() throws Exception {
    long bytes = 0;
    for (Path segment : VarveLog.segments(varve)) {
      bytes += Files.size(segment);
    }
    return bytes;
  }

  List<Contestant> contestants() throws Exception {
    List<Path> segments = VarveLog.segments(varve);
    return List.of(
        new BareRead(BARE, work, segments, false),
        LogTurn.kept("Varve", varve, VarveLog::new, VarveLog::readInPlace),
        LogTurn.kept(BARE_EVENTS, framed, FramedFile::new, FramedFile::read),
        LogTurn.kept("Varve, copying each value", varve, VarveLog::new, VarveLog::readCopies),
        LogTurn.kept(BARE_COPIES, framed, FramedFile::new, FramedFile::readCopies),
        new BareRead("bare file, with checksums", work, segments, true),
        LogTurn.kept("Varve, lz4", varveLz4, VarveLog::new, VarveLog::readInPlace),
        LogTurn.kept("Chronicle Queue", chronicle, ChronicleLog::new, ChronicleLog::read),
        LogTurn.kept("Kafka UnifiedLog", kafka, KafkaLog::new, KafkaLog::read));
  }
}
