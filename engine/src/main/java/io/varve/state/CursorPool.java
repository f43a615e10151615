package io.varve.state;

import java.util.ArrayDeque;

/** A table's cursors that are closed, to be used again. Thread: the store's owner. */
final class CursorPool {

  private static final int CURSORS_MAX = 16;

  private final Tree tree;
  private final ArrayDeque<MapCursor> closed = new ArrayDeque<>();

  CursorPool(Tree tree) {
    this.tree = tree;
  }

  /** A cursor before the first entry under the key. */
  MapCursor cursor(int keyGroup, ByteSpan key) {
    MapCursor cursor = closed.poll();
    return (cursor == null ? new MapCursor(tree, this) : cursor).begin(keyGroup, key);
  }

  /** Takes back a cursor that has been closed. */
  void take(MapCursor cursor) {
    if (closed.size() < CURSORS_MAX) {
      closed.add(cursor);
    }
  }
}
