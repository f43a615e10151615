package io.varve.benchmarks.log;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/**
 * A Chronicle Queue of values. It keeps no timestamps and computes no checksums; it reaches the
 * disk only because it is built with {@link SyncMode#SYNC}.
 */
final class ChronicleLog implements AutoCloseable {

  private final ChronicleQueue queue;

  ChronicleLog(Path folder) {
    queue = SingleChronicleQueueBuilder.binary(folder).syncMode(SyncMode.SYNC).build();
  }

  long append(Work work) {
    Bytes<byte[]> bytes = Bytes.allocateElasticOnHeap(work.values().bytes());
    try (ExcerptAppender appender = queue.createAppender()) {
      for (long event = 0; event < work.events(); event++) {
        bytes.clear();
        bytes.write(work.values().get(event));
        appender.writeBytes(bytes);
      }
      appender.sync();
    }
    return work.events();
  }

  long read() {
    long events = 0;
    long sum = 0;
    Bytes<byte[]> bytes = Bytes.allocateElasticOnHeap(2048);
    try (ExcerptTailer tailer = queue.createTailer()) {
      while (tailer.readBytes(bytes.clear())) {
        sum += bytes.readByte(0);
        events++;
      }
    }
    Work.sink = sum;
    return events;
  }

  @Override
  public void close() {
    queue.close();
  }
}
