package io.varve.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree grow and shrink: gives its nodes room, splits those that are full and takes away
 * those that are empty.
 *
 * <p>A split leaves the lower entries where they are and moves the upper ones to a new node. Where
 * it is made depends on where the new entry goes: at a node's end all others stay, at its begin all
 * others go, so that keys that come in order, up or down, fill their nodes; else in the middle. The
 * root keeps its suffix: before it is split, all that is in it goes to a new node that becomes its
 * only child.
 *
 * <p>Thread: the store's owner.
 */
final class TreeShape {

  /** However long the keys are: a tree of nodes with few children would be deep. */
  private static final int SPLIT_CHILDREN_MIN = 8;

  private static final ByteSpan LEAST = new ByteSpan();

  private final Tree tree;
  private final RecordStore records;
  private final TreeNode node;
  private final TreePath path;
  private final TreeNode other = new TreeNode();
  private final TreeNode root = new TreeNode();
  private final RecordView probe = new RecordView();
  private final ByteSpan low = new ByteSpan();
  private final ByteSpan high = new ByteSpan();

  /** What separates the two nodes of a split, by their level's distance from the leaves. */
  private final @Nullable ByteSpan[] separators = new ByteSpan[64];

  private long splits;
  private long removals;

  TreeShape(Tree tree) {
    this.tree = tree;
    this.records = tree.records;
    this.node = tree.node;
    this.path = tree.path;
  }

  long splits() {
    return splits;
  }

  long removals() {
    return removals;
  }

  /** Notes that nodes of the selected tree are removed. */
  void removed() {
    removals++;
    tree.nodesRemoved();
  }

  // ---- room

  /** Copies a sealed node, so that it may be changed. */
  void makeMutable(TreeNode node, int suffix) {
    if (!node.mutable()) {
      node.rewrite(records, suffix, Tree.capacity(node.kind(), node.liveBytes()), node.count());
    }
  }

  /**
   * Makes room for an entry in the tree's node, which is the one at that level of its path: moves
   * it together, enlarges it, or splits it. The tree's node is the one for the entry then, and
   * mutable; its path is not good any more.
   *
   * @param i where the entry belongs
   * @param bytes of the entry and its slot
   * @return where the entry belongs now
   */
  int room(int level, int i, ByteSpan userKey, int bytes) {
    if (node.mutable() && node.freeBytes() >= bytes) {
      return i;
    }
    int least = node.isInner() ? SPLIT_CHILDREN_MIN : 1;
    if (node.liveBytes() + bytes > Tree.bytesMax(node.kind()) && node.count() >= least) {
      return split(level, i, userKey, bytes);
    }
    enlarge(path.suffixes[level], bytes);
    return i;
  }

  private void enlarge(int suffix, int bytes) {
    if (node.mutable() && node.freeBytes() >= bytes) {
      return;
    }
    int wanted = node.liveBytes() + bytes;
    if (node.mutable() && wanted <= node.size()) {
      boolean changed = records.changing();
      node.compact();
      records.setChanged(changed);
    } else {
      node.rewrite(records, suffix, Tree.capacity(node.kind(), wanted), node.count());
    }
  }

  /**
   * The suffix for a new record of the selected tree, from the root's counter. The tree's node is
   * good afterwards even if it is the root.
   */
  int newSuffix() {
    boolean rootShown = path.level == 0;
    TreeNode root = rootShown ? node : this.root;
    if (!rootShown && !root.find(records, 0)) {
      throw node.malformed("a tree without root");
    }
    makeMutable(root, 0);
    int suffix = root.nextSuffix();
    boolean usedUp = root.suffixesUsedUp() || suffix == 0;
    if (usedUp) {
      while (suffix == 0 || records.find(suffix, probe)) {
        suffix++;
      }
    }
    root.setNextSuffix(suffix + 1, usedUp);
    return suffix;
  }

  // ---- splitting

  private int split(int level, int i, ByteSpan userKey, int bytes) {
    splits++;
    if (level == 0) {
      pushDown();
      level = 1;
    }
    int count = node.count();
    // So many entries, the new one among them, stay in the lower node.
    int lower = lowerEntries(i, bytes);
    boolean above = lower <= i;
    int kept = above ? lower : lower - 1;
    ByteSpan separator = separator(level);
    if (lower == i) {
      high.copy(userKey.array(), userKey.offset(), userKey.length());
    } else {
      node.key(kept, high);
    }
    int length = high.length();
    if (!node.isInner()) {
      if (lower == i + 1) {
        low.copy(userKey.array(), userKey.offset(), userKey.length());
      } else {
        node.key(kept - 1, low);
      }
      length = distinguishing(low, high);
    }
    separator.copy(high.array(), high.offset(), length);

    int suffix = path.suffixes[level];
    int newSuffix = newSuffix();
    int moved = 0;
    for (int j = kept; j < count; j++) {
      moved += node.bytes(j);
      if (moved > node.size()) {
        throw node.malformed("entries that overlap");
      }
    }
    int newBytes = TreeLayout.HEADER_BYTES + moved + (above ? bytes : 0);
    // Where keys come in order there will be more.
    int capacity =
        kept == count
            ? Math.max(newBytes, Tree.bytesMax(node.kind()))
            : Tree.capacity(node.kind(), newBytes);
    other.create(records, newSuffix, node.kind(), capacity);
    other.take(node, kept, count);
    if (kept < count) {
      if (node.mutable()) {
        node.truncate(kept);
      } else {
        int left = node.liveBytes() - moved + (above ? 0 : bytes);
        node.rewrite(records, suffix, Tree.capacity(node.kind(), left), kept);
      }
    }
    insertChild(level - 1, path.indexes[level - 1] + 1, separator, newSuffix);
    int target = above ? newSuffix : suffix;
    if (!node.findNew(records, target)) {
      throw node.malformed("no node of suffix " + target);
    }
    enlarge(target, bytes);
    return above ? i - kept : i;
  }

  /** How many entries go to the lower node, from 1 to those that there are. */
  private int lowerEntries(int i, int bytes) {
    int count = node.count();
    if (i == count) {
      return count;
    }
    if (i == 0) {
      return 1;
    }
    if (node.isInner()) {
      return (count + 1) / 2;
    }
    int half = (node.liveBytes() - TreeLayout.HEADER_BYTES + bytes) / 2;
    int sum = 0;
    int lower = 0;
    while (lower < count) {
      sum += lower == i ? bytes : node.bytes(lower < i ? lower : lower - 1);
      if (sum > half && lower > 0) {
        break;
      }
      lower++;
    }
    return lower;
  }

  /** Bytes of {@code high} that tell it from {@code low}, which is less. */
  private int distinguishing(ByteSpan low, ByteSpan high) {
    int same =
        Arrays.mismatch(
            low.array(),
            low.offset(),
            low.offset() + low.length(),
            high.array(),
            high.offset(),
            high.offset() + high.length());
    if (same < 0 || same == high.length()) {
      throw node.malformed("keys that are not in order");
    }
    return same + 1;
  }

  private ByteSpan separator(int level) {
    int height = path.level - level;
    ByteSpan separator = separators[height];
    if (separator == null) {
      separator = new ByteSpan();
      separators[height] = separator;
    }
    return separator;
  }

  private void insertChild(int level, int i, ByteSpan separator, int child) {
    if (!node.find(records, path.suffixes[level])) {
      throw node.malformed("no node of suffix " + path.suffixes[level]);
    }
    int bytes = TreeLayout.bytes(separator.length(), TreeLayout.SUFFIX_BYTES);
    int to = room(level, i, separator, bytes);
    node.insertChild(to, TreeLayout.prefix(separator), separator, child);
  }

  /** Moves all that is in the root, which the tree's node shows, one level down. */
  private void pushDown() {
    int level = path.level;
    path.level = 0; // the root is what the tree's node shows
    int suffix = newSuffix();
    path.level = level;
    other.create(records, suffix, node.kind(), node.size());
    other.take(node, 0, node.count());
    node.become(RecordKind.INNER);
    node.insertChild(0, TreeLayout.prefix(LEAST), LEAST, suffix);
    path.shift(node, suffix);
    if (!node.find(records, suffix)) {
      throw node.malformed("no node of suffix " + suffix);
    }
  }

  // ---- shrinking

  /** Removes the node at that level of the tree's path, and those above that lead nowhere else. */
  void unlink(int level) {
    removed();
    while (true) {
      records.remove(path.suffixes[level]);
      if (level == 0) {
        return;
      }
      level--;
      if (!node.find(records, path.suffixes[level])) {
        throw node.malformed("no node of suffix " + path.suffixes[level]);
      }
      if (node.count() > 1) {
        break;
      }
    }
    makeMutable(node, path.suffixes[level]);
    node.remove(path.indexes[level]);
    if (level == 0) {
      collapse();
    }
  }

  /**
   * Lets the root take in its only child. Not a leaf that would have to be split again soon:
   * entries that come and go at the border would pay for it each time.
   */
  private void collapse() {
    while (node.isInner() && node.count() == 1) {
      int child = node.suffix(0);
      if (!other.find(records, child)) {
        throw node.malformed("no child of suffix " + child);
      }
      int bytes = other.liveBytes();
      if (!other.isInner() && bytes > Tree.LEAF_BYTES_MAX * 3 / 4) {
        return;
      }
      if (bytes > node.size()) {
        node.rewrite(records, 0, Tree.capacity(other.kind(), bytes), 0);
      }
      node.become(other.kind());
      node.take(other, 0, other.count());
      records.remove(child);
    }
  }
}
