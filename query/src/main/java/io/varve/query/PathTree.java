package io.varve.query;

import io.varve.field.FieldValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that are wanted of a key or a value, as a tree of their names.
 *
 * <p>Thread: immutable once made.
 */
final class PathTree {

  static final int NONE = -1;

  private final Map<String, PathTree> children = new HashMap<>();
  private int field = NONE;

  /**
   * Those of {@code fields} that begin at {@code root}, numbered as they stand there.
   *
   * @return null if there are none
   */
  static @Nullable PathTree of(String root, List<FieldPath> fields) {
    PathTree tree = new PathTree();
    boolean any = false;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).root().equals(root)) {
        PathTree at = tree;
        for (String name : fields.get(i).names()) {
          at = at.children.computeIfAbsent(name, each -> new PathTree());
        }
        at.field = i;
        any = true;
      }
    }
    return any ? tree : null;
  }

  /** The number of the field that ends here, or {@link #NONE}. */
  int field() {
    return field;
  }

  /** What is wanted of the part with that name, or null for nothing. */
  @Nullable PathTree child(String name) {
    return children.get(name);
  }

  /** Whether anything is wanted of the parts of what stands here. */
  boolean wantsParts() {
    return !children.isEmpty();
  }

  /** Puts in that no field below can be read. */
  void unreadable(FieldValues into) {
    if (field != NONE) {
      into.at(field).unreadable();
    }
    for (PathTree child : children.values()) {
      child.unreadable(into);
    }
  }

  /** Puts in that every field below is missing. */
  void clear(FieldValues into) {
    if (field != NONE) {
      into.at(field).missing();
    }
    for (PathTree child : children.values()) {
      child.clear(into);
    }
  }
}
