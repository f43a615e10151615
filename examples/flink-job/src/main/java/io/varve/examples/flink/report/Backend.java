package io.varve.examples.flink.report;

/** The two that are compared. */
public enum Backend {
  ROCKSDB("RocksDB", "rocksdb", "s2"),
  VARVE("Varve", "io.varve.flink.state.VarveStateBackendFactory", "s1");

  /** Its name in tables. */
  public final String words;

  /** The setting {@code state.backend.type}. */
  public final String type;

  /** Its colour on the page. */
  final String style;

  Backend(String words, String type, String style) {
    this.words = words;
    this.type = type;
    this.style = style;
  }
}
