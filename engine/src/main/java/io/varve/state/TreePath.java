package io.varve.state;

import io.varve.base.CorruptionException;

/**
 * The way from a tree's root down to one of its leaves: each node's suffix, and which of its
 * children comes next. Thread: the store's owner.
 */
final class TreePath {

  /**
   * More levels than any tree has. A node is made when one of its level is full and splits, which
   * takes several new ones in the level below; so each level more takes several times as many
   * insertions, whatever is removed.
   */
  private static final int DEPTH_MAX = 40;

  final int[] suffixes = new int[DEPTH_MAX];
  final int[] indexes = new int[DEPTH_MAX];
  private final int[] counts = new int[DEPTH_MAX];

  /** The leaf's level; the root's is 0. */
  int level;

  /** Moves the node to the root, and the path; false if there is no tree. */
  boolean root(RecordStore records, TreeNode node) {
    level = 0;
    suffixes[0] = 0;
    return node.find(records, 0);
  }

  /** Moves the node, which is inner, to one of its children. */
  void down(RecordStore records, TreeNode node, int index) {
    int child = node.suffix(index);
    indexes[level] = index;
    counts[level] = node.count();
    if (level + 1 == DEPTH_MAX) {
      throw tooDeep(node);
    }
    if (child == 0 || !node.find(records, child)) {
      throw node.malformed("no child of suffix " + child);
    }
    suffixes[++level] = child;
  }

  private static CorruptionException tooDeep(TreeNode node) {
    return node.malformed("a tree of more than " + DEPTH_MAX + " levels");
  }

  /** Goes down to the leaf in which the key is, if it is anywhere; false if there is no tree. */
  boolean seek(RecordStore records, TreeNode node, long prefix, ByteSpan key) {
    if (!root(records, node)) {
      return false;
    }
    while (node.isInner()) {
      down(records, node, node.childIndex(prefix, key));
    }
    return true;
  }

  /** Goes down to the first leaf; false if there is no tree. */
  boolean first(RecordStore records, TreeNode node) {
    return root(records, node) && leftmost(records, node);
  }

  private boolean leftmost(RecordStore records, TreeNode node) {
    while (node.isInner()) {
      down(records, node, 0);
    }
    return true;
  }

  /** Moves on to the leaf behind; false if this is the last. */
  boolean next(RecordStore records, TreeNode node) {
    int up = level - 1;
    while (up >= 0 && indexes[up] + 1 == counts[up]) {
      up--;
    }
    if (up < 0) {
      return false;
    }
    level = up;
    if (!node.find(records, suffixes[up])) {
      throw node.malformed("no node of suffix " + suffixes[up]);
    }
    down(records, node, indexes[up] + 1);
    return leftmost(records, node);
  }

  /** Whether no leaf is behind. */
  boolean isLast() {
    for (int i = 0; i < level; i++) {
      if (indexes[i] + 1 < counts[i]) {
        return false;
      }
    }
    return true;
  }

  /** Takes in a new level under the root. */
  void shift(TreeNode node, int suffix) {
    if (level + 1 == DEPTH_MAX) {
      throw tooDeep(node);
    }
    level++;
    System.arraycopy(suffixes, 0, suffixes, 1, level);
    System.arraycopy(indexes, 0, indexes, 1, level);
    suffixes[0] = 0;
    suffixes[1] = suffix;
    indexes[0] = 0;
  }
}
