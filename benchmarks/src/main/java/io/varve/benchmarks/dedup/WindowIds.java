package io.varve.benchmarks.dedup;

import io.varve.dedup.Buckets;
import io.varve.dedup.DedupMetrics;
import io.varve.dedup.DedupSettings;
import io.varve.dedup.DedupWindow;
import io.varve.dedup.RocksFolder;
import io.varve.event.StreamPartition;
import io.varve.format.Owner;
import io.varve.io.BufferPool;
import io.varve.io.PosixDirectory;
import io.varve.manifest.Instances;
import io.varve.manifest.LogFolder;
import io.varve.work.ThreadedWork;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;

/** A window without its log: whatever it is told is durable at once. */
final class WindowIds implements IdSet {

  private final ThreadedWork work = new ThreadedWork(1, "dedup");
  private final Buckets buckets;
  private final DedupWindow window;

  WindowIds(Path folder, DedupSettings settings) throws Exception {
    PosixDirectory root = new PosixDirectory(folder);
    Instances instances = new Instances(root, new Owner.Instance("bench", "bench"));
    LogFolder log =
        LogFolder.of(new StreamPartition("ids", 1, 0), root, instances, new BufferPool(), 1);
    buckets = new RocksFolder(log, "ids", settings.cacheBytes()).open(true);
    window = new DedupWindow("ids", new UUID(1, 2), settings, buckets);
    window.load(0);
    window.saveOn(work.strand());
  }

  @Override
  public String name() {
    return "Varve";
  }

  @Override
  public boolean first(byte[] id, long offset, long timeMs) throws Exception {
    if (window.seen(id, id.length, timeMs)) {
      return false;
    }
    while (!window.hasRoom(offset)) {
      window.saving().get();
    }
    window.stored(offset, timeMs);
    return true;
  }

  @Override
  public void settle() throws Exception {
    window.durable(Long.MAX_VALUE);
    window.saving().get();
    window.durable(Long.MAX_VALUE);
  }

  @Override
  public long memoryBytes() {
    return window.metrics(0).memoryBytes();
  }

  @Override
  public long diskBytes() {
    return window.metrics(0).diskBytes();
  }

  @Override
  public String remark() {
    DedupMetrics now = window.metrics(0);
    return String.format(
        Locale.ROOT,
        "%d buckets, %d unfiltered; %,d looks, %,d in vain; tables %,d, filters %,d, index %,d,"
            + " cache %,d B",
        now.buckets(),
        now.unfiltered(),
        now.looks(),
        now.falsePositives(),
        now.tableBytes(),
        now.filterBytes(),
        now.indexBytes(),
        now.cacheBytes());
  }

  @Override
  public void close() {
    work.close();
    buckets.close();
  }
}
