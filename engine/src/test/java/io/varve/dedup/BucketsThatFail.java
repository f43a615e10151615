package io.varve.dedup;

import java.io.IOException;
import java.util.List;

/** Buckets that can't be loaded as they are now, or that take long to be let go of. */
public final class BucketsThatFail implements Buckets {

  private final Buckets buckets;
  private final boolean readable;
  private final long indexBytes;
  private final Runnable closing;

  private BucketsThatFail(Buckets buckets, boolean readable, long indexBytes, Runnable closing) {
    this.buckets = buckets;
    this.readable = readable;
    this.indexBytes = indexBytes;
    this.closing = closing;
  }

  /** Reading them fails. */
  public static Opening unreadable(Opening of) {
    return anew -> new BucketsThatFail(of.open(anew), false, 0, () -> {});
  }

  /** They take so much memory. */
  public static Opening large(Opening of, long indexBytes) {
    return anew -> new BucketsThatFail(of.open(anew), true, indexBytes, () -> {});
  }

  /** Letting go of them runs this. */
  public static Opening closing(Opening of, Runnable closing) {
    return anew -> new BucketsThatFail(of.open(anew), true, 0, closing);
  }

  @Override
  public List<Saved> load() throws IOException {
    if (!readable) {
      throw new IOException("no such luck");
    }
    return buckets.load();
  }

  @Override
  public Saved save(BucketMeta meta, IdTable ids) throws IOException {
    return buckets.save(meta, ids);
  }

  @Override
  public void drop(Saved bucket) throws IOException {
    buckets.drop(bucket);
  }

  @Override
  public Usage usage() {
    return new Usage(0, indexBytes, 0);
  }

  @Override
  public void close() {
    closing.run();
    buckets.close();
  }
}
