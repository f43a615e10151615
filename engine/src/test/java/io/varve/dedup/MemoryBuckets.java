package io.varve.dedup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Buckets that outlive their process in memory, so that a crash can be simulated. */
public final class MemoryBuckets implements Buckets.Opening {

  private final List<Buckets.Saved> saved;
  private final BooleanSupplier alive;

  /**
   * @param before what is left of the ones before
   * @param alive whether this process still is
   */
  public MemoryBuckets(MemoryBuckets before, BooleanSupplier alive) {
    this.saved = before == null ? new ArrayList<>() : new ArrayList<>(before.saved);
    this.alive = alive;
  }

  /** How many there are. */
  public int count() {
    return saved.size();
  }

  @Override
  public Buckets open(boolean anew) {
    if (anew) {
      throw new AssertionError("What was saved does not belong to the log");
    }
    return new Opened();
  }

  private void check() throws IOException {
    if (!alive.getAsBoolean()) {
      throw new IOException("the process is dead");
    }
  }

  private final class Opened implements Buckets {

    @Override
    public List<Saved> load() {
      return List.copyOf(saved);
    }

    @Override
    public Saved save(BucketMeta meta, IdTable ids) throws IOException {
      check();
      IdTable copy = new IdTable(1 << 20);
      ids.forEach(copy::put);
      Saved bucket = new MemoryBucket(meta, copy);
      saved.add(bucket);
      return bucket;
    }

    @Override
    public void drop(Saved bucket) throws IOException {
      check();
      saved.remove(bucket);
    }

    @Override
    public Usage usage() {
      return new Usage(0, 0, 0);
    }

    @Override
    public void close() {}
  }

  private record MemoryBucket(BucketMeta meta, IdTable ids) implements Buckets.Saved {
    @Override
    public long find(long high, long low) {
      return ids.find(high, low);
    }

    @Override
    public void forEach(IdTable.Visitor visitor) {
      ids.forEach(visitor);
    }
  }
}
