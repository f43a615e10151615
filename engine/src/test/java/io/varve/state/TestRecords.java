package io.varve.state;

import io.varve.base.FirstFailure;
import io.varve.io.PosixDirectory;
import io.varve.work.ThreadedWork;
import io.varve.work.Work;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Records in a folder of a test's own, without a store around them. */
final class TestRecords implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Work work = new ThreadedWork(1, "records-test");
  private final StateFiles files;
  private final PageWriter writer;
  private final HybridLog log;
  private final StateMemory memory;
  final RecordStore records;

  TestRecords(Path folder, long memoryBytes) throws Exception {
    String nonce = "records" + NUMBER.incrementAndGet();
    PosixDirectory directory = new PosixDirectory(folder.resolve(nonce));
    directory.create();
    memory = StateMemory.direct(memoryBytes);
    memory.join();
    files = new StateFiles(directory, nonce, work.strand());
    writer = new PageWriter(files, new Expiries(), work.strand(), new FirstFailure());
    log = new HybridLog(memory, writer);
    records = new RecordStore(log);
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
    return log.usedBytes();
  }

  @Override
  public void close() {
    work.close();
    records.close();
    log.close();
    files.close();
  }
}
