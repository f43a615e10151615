package io.varve.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A disk in memory, with two images of everything: what processes see, and what the disk is sure to
 * hold. {@link #crash} gives a disk that could be found after the power went.
 *
 * <p>What a crash may do, and no more:
 *
 * <ol>
 *   <li>of bytes written since a file was last forced, each piece of {@value Bytes#TEAR_BYTES}
 *       bytes is found as it was after some of the writes, in their order; the file's length is
 *       found anywhere between the old and the new, and what was never written reads as zeros;
 *   <li>of entries created, linked or deleted since a folder was last synced, each name is found as
 *       it was after some of the changes, whatever the other names show;
 *   <li>what was forced and synced is found as it was.
 * </ol>
 */
public final class CrashDisk {

  final Folder root = new Folder();
  private final Set<String> namesGiven;
  private long changes;
  private long powerOffAfter = Long.MAX_VALUE;
  private boolean off;
  private int processes;
  private Runnable afterChange = () -> {};

  public CrashDisk() {
    this(new HashSet<>(), 0);
  }

  private CrashDisk(Set<String> namesGiven, int processes) {
    this.namesGiven = namesGiven;
    this.processes = processes;
  }

  /** A process that uses this disk. */
  public CrashProcess process() {
    return new CrashProcess(this, ++processes);
  }

  /** How often something was changed on this disk. */
  public long changes() {
    return changes;
  }

  /** All processes die once {@code count} changes have been made. */
  public void powerOffAfter(long count) {
    powerOffAfter = count;
    off = changes >= count;
  }

  /** Whether the power went. */
  public boolean isOff() {
    return off;
  }

  /** Does something after every change, right before the power may go. */
  public void afterEachChange(Runnable observer) {
    afterChange = observer;
  }

  void changed() {
    changes++;
    afterChange.run();
    if (changes >= powerOffAfter) {
      off = true;
      throw new ProcessDied();
    }
  }

  /** Checks that a name is given to one file only, over all crashes. */
  void giveName(String path) {
    boolean once = path.endsWith(".log") || path.endsWith(".idx") || path.contains("/commit-");
    if (once && !namesGiven.add(path)) {
      throw new AssertionError("The name " + path + " was used before");
    }
  }

  /**
   * The disk as it may be found after the power went now.
   *
   * @param seed which of the legal survivors; 0 lost all that was not synced, 1 kept all
   */
  public CrashDisk crash(long seed) {
    if (seed == 0) {
      return survivor(Choice.NOTHING);
    }
    return survivor(seed == 1 ? Choice.EVERYTHING : Choice.drawn(seed));
  }

  /**
   * How many disks there are that could be found after the power went now, as far as they can be
   * gone through; {@link Long#MAX_VALUE} if a file has grown, of whose end any part may be there.
   */
  public long survivors() {
    return root.survivors();
  }

  /**
   * One of all the disks that could be found after the power went now.
   *
   * @param number from 0 to {@link #survivors}, which must be small; two numbers may give the same
   */
  public CrashDisk survivor(long number) {
    return survivor(Choice.numbered(number));
  }

  private CrashDisk survivor(Choice choice) {
    CrashDisk survivor = new CrashDisk(new HashSet<>(namesGiven), processes);
    survive(root, survivor.root, choice, new IdentityHashMap<>());
    return survivor;
  }

  private static void survive(Folder from, Folder to, Choice choice, Map<Bytes, Bytes> copies) {
    Map<String, Node> found = new LinkedHashMap<>(from.durable);
    from.changesByName()
        .forEach(
            (name, changes) -> {
              for (Folder.Change change : changes.subList(0, choice.upTo(changes.size()))) {
                change.applyTo(found);
              }
            });
    found.forEach(
        (name, node) -> {
          Node copy;
          if (node instanceof Folder folder) {
            Folder inner = new Folder();
            survive(folder, inner, choice, copies);
            copy = inner;
          } else {
            copy = copies.computeIfAbsent((Bytes) node, bytes -> bytes.survivor(choice));
          }
          to.live.put(name, copy);
          to.durable.put(name, copy);
        });
  }

  /** Every file's path, relative to the root. */
  public List<String> files() {
    List<String> paths = new ArrayList<>();
    collect(root, "", paths);
    return paths;
  }

  private static void collect(Folder folder, String prefix, List<String> paths) {
    folder.live.forEach(
        (name, node) -> {
          if (node instanceof Folder inner) {
            collect(inner, prefix + name + "/", paths);
          } else {
            paths.add(prefix + name);
          }
        });
  }

  /** A file's bytes; a copy. */
  public byte[] bytes(String path) {
    return file(path).copy();
  }

  /** Replaces a file's bytes behind everyone's back. */
  public void overwrite(String path, byte[] bytes) {
    Bytes file = file(path);
    file.live = bytes.clone();
    file.durable = bytes.clone();
    file.length = bytes.length;
    file.pending.clear();
  }

  /** Takes a file away behind everyone's back. */
  public void remove(String path) {
    int slash = path.lastIndexOf('/');
    Folder folder = (Folder) find(path.substring(0, Math.max(0, slash)));
    folder.live.remove(path.substring(slash + 1));
    folder.durable.remove(path.substring(slash + 1));
  }

  private Bytes file(String path) {
    return (Bytes) find(path);
  }

  private Node find(String path) {
    Node at = root;
    for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
      at = ((Folder) at).live.get(name);
    }
    return at;
  }
}
