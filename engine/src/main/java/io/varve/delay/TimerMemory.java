package io.varve.delay;

import io.varve.format.EntryBlock;

/**
 * How much of what is pending is kept in memory.
 *
 * @param nearMax timers in the wheel, from which the later half goes to a file
 * @param farMax timers, and ids, that are collected before they go to a file
 * @param loaded about how many timers are loaded from files at a time; a multiple of 1,024
 * @param loadBelow the next ones are loaded when as few are left in the wheel
 * @param ahead of how many timers that are due soon the events are read together, twice
 * @param aheadBytes memory for the events of timers that are due soon, bytes
 * @param stepEvents so many are taken in, and released, at a time
 */
public record TimerMemory(
    int nearMax,
    int farMax,
    int loaded,
    int loadBelow,
    int ahead,
    long aheadBytes,
    int stepEvents) {

  /** Some 250 MB at most. */
  public static final TimerMemory DEFAULT =
      new TimerMemory(
          1 << 20,
          1 << 20,
          256 * EntryBlock.ENTRIES_MAX,
          64 * EntryBlock.ENTRIES_MAX,
          1 << 18,
          128L << 20,
          4096);

  /** With eight KiB for each event that is read ahead. */
  public TimerMemory(
      int nearMax, int farMax, int loaded, int loadBelow, int ahead, int stepEvents) {
    this(nearMax, farMax, loaded, loadBelow, ahead, (long) ahead << 13, stepEvents);
  }
}
