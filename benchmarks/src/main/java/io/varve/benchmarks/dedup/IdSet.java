package io.varve.benchmarks.dedup;

/** Ids that were seen. Thread: confined to one. */
interface IdSet extends AutoCloseable {

  String name();

  /**
   * Whether the id is new, and puts it in if it is.
   *
   * @param id 16 bytes
   * @param offset the number of the call
   */
  boolean first(byte[] id, long offset, long timeMs) throws Exception;

  /** Waits until what was put in has been saved. */
  void settle() throws Exception;

  /** Bytes of memory, of its own and of RocksDB. */
  long memoryBytes() throws Exception;

  long diskBytes() throws Exception;

  /** How well it did, in words. */
  String remark();
}
