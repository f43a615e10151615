package io.varve.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A disk in memory, with two images of everything: what processes see, and what the disk is sure to
 * hold. {@link #crash} gives a disk that could be found after the power went.
 *
 * <p>What a crash may do, and no more:
 *
 * <ol>
 *   <li>of bytes written since a file was last forced, each piece of {@value #TEAR_BYTES} bytes is
 *       found as it was after some of the writes, in their order; the file's length is found
 *       anywhere between the old and the new, and what was never written reads as zeros;
 *   <li>of entries created, linked or deleted since a folder was last synced, each name is found as
 *       it was after some of the changes, whatever the other names show;
 *   <li>what was forced and synced is found as it was.
 * </ol>
 */
public final class CrashDisk {

  /**
   * Written as a whole or not at all: far less than a disk's sector, so that nothing rests on
   * those.
   */
  public static final int TEAR_BYTES = 16;

  /** Whatever of un-synced work a crash leaves. */
  private enum Luck {
    NOTHING,
    EVERYTHING,
    SOMETHING
  }

  final Folder root = new Folder();
  private final Set<String> namesGiven;
  private long changes;
  private long powerOffAfter = Long.MAX_VALUE;
  private boolean off;

  public CrashDisk() {
    this(new HashSet<>());
  }

  private CrashDisk(Set<String> namesGiven) {
    this.namesGiven = namesGiven;
  }

  /** A process that uses this disk. */
  public CrashProcess process() {
    return new CrashProcess(this);
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

  void changed() {
    changes++;
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
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + 7);
    Luck luck = seed == 0 ? Luck.NOTHING : seed == 1 ? Luck.EVERYTHING : Luck.SOMETHING;
    CrashDisk survivor = new CrashDisk(new HashSet<>(namesGiven));
    survive(root, survivor.root, luck, random, new IdentityHashMap<>());
    return survivor;
  }

  private static void survive(
      Folder from, Folder to, Luck luck, Random random, Map<Bytes, Bytes> copies) {
    Map<String, Node> found = new LinkedHashMap<>(from.durable);
    Set<String> changed = new LinkedHashSet<>();
    from.pending.forEach(change -> changed.add(change.name));
    for (String name : changed) {
      List<Change> ofName = from.pending.stream().filter(c -> c.name.equals(name)).toList();
      int kept =
          switch (luck) {
            case NOTHING -> 0;
            case EVERYTHING -> ofName.size();
            case SOMETHING -> random.nextInt(ofName.size() + 1);
          };
      for (Change change : ofName.subList(0, kept)) {
        change.applyTo(found);
      }
    }
    found.forEach(
        (name, node) -> {
          Node copy;
          if (node instanceof Folder folder) {
            Folder inner = new Folder();
            survive(folder, inner, luck, random, copies);
            copy = inner;
          } else {
            copy = copies.computeIfAbsent((Bytes) node, bytes -> bytes.survivor(luck, random));
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

  /** A folder or a file. */
  abstract static sealed class Node {}

  /** A folder as processes see it and as it is sure to be found. */
  static final class Folder extends Node {
    final Map<String, Node> live = new LinkedHashMap<>();
    final Map<String, Node> durable = new LinkedHashMap<>();
    final List<Change> pending = new ArrayList<>();

    void put(String name, Node node) {
      live.put(name, node);
      pending.add(new Change(name, node));
    }

    void remove(String name) {
      if (live.remove(name) != null) {
        pending.add(new Change(name, null));
      }
    }

    void sync() {
      pending.forEach(change -> change.applyTo(durable));
      pending.clear();
    }
  }

  /** An entry made, or taken away when {@code node} is null. */
  record Change(String name, Node node) {
    void applyTo(Map<String, Node> entries) {
      if (node == null) {
        entries.remove(name);
      } else {
        entries.put(name, node);
      }
    }
  }

  record Write(int position, byte[] bytes) {}

  /** A file as processes see it and as it is sure to be found. */
  static final class Bytes extends Node {
    byte[] live = new byte[0];
    int length;
    byte[] durable = new byte[0];
    final List<Write> pending = new ArrayList<>();
    CrashProcess lockedBy;

    void write(int position, byte[] bytes) {
      live = put(live, position, bytes);
      length = Math.max(length, position + bytes.length);
      pending.add(new Write(position, bytes));
    }

    /** After a force that failed, the operating system takes the bytes for written. */
    void forgetPending() {
      pending.clear();
    }

    void force() {
      int end = durable.length;
      for (Write write : pending) {
        end = Math.max(end, write.position + write.bytes.length);
      }
      byte[] next = Arrays.copyOf(durable, end);
      for (Write write : pending) {
        System.arraycopy(write.bytes, 0, next, write.position, write.bytes.length);
      }
      durable = next;
      pending.clear();
    }

    byte[] copy() {
      return Arrays.copyOf(live, length);
    }

    Bytes survivor(Luck luck, Random random) {
      byte[] found =
          switch (luck) {
            case NOTHING -> durable.clone();
            case EVERYTHING -> mixed(null);
            case SOMETHING -> mixed(random);
          };
      Bytes copy = new Bytes();
      copy.live = found;
      copy.durable = found.clone();
      copy.length = found.length;
      return copy;
    }

    /** Each piece after so many of the writes as drawn; after all of them if nothing is drawn. */
    private byte[] mixed(Random random) {
      int end = durable.length;
      for (Write write : pending) {
        end = Math.max(end, write.position + write.bytes.length);
      }
      byte[] found = Arrays.copyOf(durable, end);
      int[] kept = new int[end / TEAR_BYTES + 1];
      boolean inOrder = random != null && random.nextBoolean();
      int common = random == null ? pending.size() : random.nextInt(pending.size() + 1);
      for (int piece = 0; piece < kept.length; piece++) {
        kept[piece] = random == null || inOrder ? common : random.nextInt(pending.size() + 1);
      }
      for (int i = 0; i < pending.size(); i++) {
        Write write = pending.get(i);
        int at = 0;
        while (at < write.bytes.length) {
          int piece = (write.position + at) / TEAR_BYTES;
          int part =
              Math.min(write.bytes.length - at, (piece + 1) * TEAR_BYTES - (write.position + at));
          if (kept[piece] > i) {
            System.arraycopy(write.bytes, at, found, write.position + at, part);
          }
          at += part;
        }
      }
      int length =
          random == null || random.nextBoolean()
              ? end
              : durable.length + random.nextInt(end - durable.length + 1);
      return Arrays.copyOf(found, length);
    }

    private static byte[] put(byte[] into, int position, byte[] bytes) {
      int end = position + bytes.length;
      byte[] to = end <= into.length ? into : Arrays.copyOf(into, Math.max(end, 2 * into.length));
      System.arraycopy(bytes, 0, to, position, bytes.length);
      return to;
    }
  }
}
