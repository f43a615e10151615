package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.io.Directory;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Records in a folder of a test's own, without a store around them. */
final class TestRecords implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Work work;
  private final StateFiles files;
  private final PageWriter writer;
  private final HybridLog log;
  private final StateMemory memory;
  final RecordStore records;

  TestRecords(Path folder, long memoryBytes) throws IOException {
    this(folder, memoryBytes, "records" + NUMBER.incrementAndGet());
  }

  private TestRecords(Path folder, long memoryBytes, String nonce) throws IOException {
    this(
        new PosixDirectory(folder.resolve(nonce)),
        StateMemory.direct(memoryBytes),
        new ThreadedWork(1, "records-test"),
        nonce);
  }

  TestRecords(Directory directory, StateMemory memory, Work work, String nonce) throws IOException {
    this.memory = memory;
    this.work = work;
    directory.create();
    memory.join();
    files = new StateFiles(directory, nonce, work.strand());
    FirstFailure failure = new FirstFailure();
    writer = new PageWriter(files, new Expiries(), work.strand(), failure);
    log = new HybridLog(memory, writer);
    records = new RecordStore(log, files.prints(), failure);
  }

  /** Seals all that there is, as a snapshot does. */
  void seal() {
    long image = files.openImage();
    log.image();
    writer.finish().await();
    files.closeImage(image);
  }

  /** Bytes of records that are alive. */
  long liveBytes() {
    return log.liveBytes();
  }

  /** Bytes of records, the dead among them. */
  long usedBytes() {
    return log.resident().usedBytes();
  }

  @Override
  public void close() {
    work.close();
    records.close();
    log.close();
    memory.leave();
    files.close();
  }
}
