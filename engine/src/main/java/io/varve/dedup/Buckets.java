package io.varve.dedup;

import java.io.IOException;
import java.util.List;

/**
 * Where buckets are saved. Tests put one here that a crash can be simulated of.
 *
 * <p>Thread: one at a time for {@link #save}, {@link #drop} and {@link #close}; beside these
 * another one finds ids in buckets that it knows of, and any asks for the {@link #usage}.
 */
public interface Buckets extends AutoCloseable {

  /** Opens what is saved of a log. */
  interface Opening {

    /**
     * Opens it.
     *
     * @param anew throws away all that was saved
     * @throws IOException if that is not possible now; nothing is thrown away for that
     */
    Buckets open(boolean anew) throws IOException;
  }

  /** A bucket that is saved. */
  interface Saved {

    /** What it says of itself. */
    BucketMeta meta();

    /** An id's time, or -1 if it isn't there. */
    long find(long high, long low) throws IOException;

    /**
     * Reads all of it, comparing checksums, and shows its ids.
     *
     * @throws io.varve.base.CorruptionException if it is damaged
     */
    void forEach(IdTable.Visitor visitor) throws IOException;
  }

  /**
   * What it takes.
   *
   * @param cacheBytes memory for blocks of files and for RocksDB's own tables
   * @param indexBytes memory for where in its files to look
   * @param diskBytes bytes on disk
   */
  record Usage(long cacheBytes, long indexBytes, long diskBytes) {}

  /**
   * The buckets that are saved, oldest first.
   *
   * @throws io.varve.base.CorruptionException if they are damaged
   */
  List<Saved> load() throws IOException;

  /** Saves a bucket, all of it or nothing; it is durable on return. */
  Saved save(BucketMeta meta, IdTable ids) throws IOException;

  /** Deletes a bucket, whole. Nobody looks into it any more. */
  void drop(Saved bucket) throws IOException;

  /** As of the last bucket that was saved or dropped. */
  Usage usage();

  /** Lets go of all files and memory. */
  @Override
  void close();
}
