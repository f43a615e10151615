package io.varve.process;

import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** Has the RocksDB in a folder open, says {@code open}, and waits for a line. */
final class RocksProcess {

  private RocksProcess() {}

  public static void main(String[] args) throws Exception {
    RocksDB.loadLibrary();
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB db = RocksDB.open(options, args[0])) {
      System.out.println("open " + db.getLatestSequenceNumber());
      int unused = System.in.read();
    }
  }
}
