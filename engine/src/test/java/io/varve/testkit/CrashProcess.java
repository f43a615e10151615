package io.varve.testkit;

import io.varve.format.Owner;
import io.varve.io.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * One process on a {@link CrashDisk}: it counts its calls, and can be made to die, to meet a fault,
 * or to be interleaved with something else at any of them.
 */
public final class CrashProcess {

  /** What the n-th call meets. */
  public enum Fault {
    /** The device fails: a part is written; what a force should make durable is forgotten. */
    IO_ERROR("Input/output error"),
    /** A part is written, then there is no room. */
    DISK_FULL("No space left on device");

    private final String text;

    Fault(String text) {
      this.text = text;
    }

    IOException exception(String path) {
      return new IOException(path + ": " + text);
    }
  }

  private final CrashDisk disk;
  private final int number;
  private final Map<Long, Runnable> before = new HashMap<>();
  private final List<Bytes> locked = new ArrayList<>();
  private final List<String> openFiles = new ArrayList<>();
  private long calls;
  private long dieAtCall = Long.MAX_VALUE;
  private long failAtCall = Long.MAX_VALUE;
  private long forces;
  private long failAtForce = Long.MAX_VALUE;
  private Fault fault = Fault.IO_ERROR;
  private Runnable duringForce = () -> {};
  private long flipAtCall = Long.MAX_VALUE;
  private int flipBit;
  private Predicate<String> flips = path -> false;
  private boolean failed;
  private boolean flipped;
  private boolean dead;

  CrashProcess(CrashDisk disk, int number) {
    this.disk = disk;
    this.number = number;
  }

  /** The disk's root, as this process sees it. */
  public Directory root() {
    return new CrashDirectory(this, List.of());
  }

  /** A new opening of a store by this process. */
  public Owner.Instance instance(Random random) {
    return new Owner.Instance("process" + number, uuid(random));
  }

  private static String uuid(Random random) {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  public CrashDisk disk() {
    return disk;
  }

  /** How many calls it has made. */
  public long calls() {
    return calls;
  }

  /** Ends the process: its locks are let go of, the disk stays as it is. */
  public void kill() {
    dead = true;
    locked.forEach(file -> file.lockedBy = null);
    locked.clear();
  }

  /** Lets it die at its n-th call, which is not made any more. */
  public void killAt(long call) {
    dieAtCall = call;
  }

  /** Lets its n-th call fail. */
  public void failAt(long call, Fault with) {
    failAtCall = call;
    fault = with;
  }

  /** Lets its n-th force fail, of whatever file. */
  public void failAtForce(long force) {
    failAtForce = force;
    fault = Fault.IO_ERROR;
  }

  /**
   * Turns one bit over of what its first read from the n-th call on brings; the disk is sound.
   *
   * @param bit which one, counted round and round
   * @param of the paths of files for which that happens
   */
  public void flipAt(long call, int bit, Predicate<String> of) {
    flipAtCall = call;
    flipBit = bit;
    flips = of;
  }

  /** Whether a bit has been turned over. */
  public boolean hasFlipped() {
    return flipped;
  }

  /** No call fails any more. */
  public void heal() {
    failAtCall = Long.MAX_VALUE;
    failAtForce = Long.MAX_VALUE;
    flipAtCall = Long.MAX_VALUE;
  }

  /** Whether the fault has struck. */
  public boolean hasFailed() {
    return failed;
  }

  /** Whether a fault has struck or a bit has been turned over. */
  public boolean hadTrouble() {
    return failed || flipped;
  }

  public boolean isDead() {
    return dead;
  }

  /** Does something else right before its n-th call. */
  public void before(long call, Runnable other) {
    before.put(call, other);
  }

  /**
   * Does something else whenever it forces a file that it has forced before, and with it what of
   * its own work may go on meanwhile. What that writes is not covered by the force.
   */
  public void duringForce(Runnable other) {
    duringForce = other;
  }

  /** Files that it has open, by path. */
  public List<String> openFiles() {
    return List.copyOf(openFiles);
  }

  /** Counts a call; says whether it must fail. */
  boolean fails() {
    if (dead || disk.isOff()) {
      throw new ProcessDied();
    }
    long call = ++calls;
    Runnable other = before.remove(call);
    if (other != null) {
      other.run();
    }
    if (call >= dieAtCall) {
      kill();
      throw new ProcessDied();
    }
    failed |= call == failAtCall;
    return call == failAtCall;
  }

  /** Counts a force; says whether it must fail. */
  boolean failsForce() {
    boolean fails = fails() | ++forces == failAtForce;
    failed |= fails;
    return fails;
  }

  /** Counts a call, or throws what it meets. */
  void call(String path) throws IOException {
    if (fails()) {
      throw fault.exception(path);
    }
  }

  /** How much of {@code bytes} is written by a call that fails. */
  int cut(int bytes) {
    return (int) (calls * 31 % (bytes + 1));
  }

  /** Passes on what is read, perhaps with a wrong bit. */
  void read(String path, byte[] bytes) {
    if (calls >= flipAtCall && flips.test(path)) {
      flipAtCall = Long.MAX_VALUE;
      flipped = true;
      int bit = Math.floorMod(flipBit, 8 * bytes.length);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  void forcesAgain() {
    duringForce.run();
  }

  Fault fault() {
    return fault;
  }

  void opened(String path) {
    openFiles.add(path);
  }

  void closed(String path) {
    openFiles.remove(path);
  }

  void lock(Bytes file) {
    file.lockedBy = this;
    locked.add(file);
  }

  void unlock(Bytes file) {
    file.lockedBy = null;
    locked.remove(file);
  }
}
