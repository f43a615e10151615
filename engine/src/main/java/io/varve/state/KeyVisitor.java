package io.varve.state;

/** Takes the keys of a table, one after another. */
@FunctionalInterface
public interface KeyVisitor {

  /** Takes a key, which is valid during the call only. */
  void key(int keyGroup, ByteSpan key);
}
