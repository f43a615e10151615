package io.varve.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A file as processes see it and as it is sure to be found. */
final class Bytes extends Node {

  /**
   * Written as a whole or not at all: far less than a disk's sector, so that nothing rests on
   * those.
   */
  static final int TEAR_BYTES = 16;

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

  /** Makes the first {@code count} of the pending writes durable. */
  void force(int count) {
    List<Write> forced = pending.subList(0, count);
    durable = Arrays.copyOf(durable, end(forced));
    for (Write write : forced) {
      System.arraycopy(write.bytes, 0, durable, write.position, write.bytes.length);
    }
    forced.clear();
  }

  byte[] copy() {
    return Arrays.copyOf(live, length);
  }

  private int end(List<Write> writes) {
    int end = durable.length;
    for (Write write : writes) {
      end = Math.max(end, write.position + write.bytes.length);
    }
    return end;
  }

  /** Very many if it has grown; else any mixture of the pieces that were overwritten. */
  @Override
  long survivors() {
    if (end(pending) > durable.length) {
      return Long.MAX_VALUE;
    }
    long count = 1;
    for (List<Integer> writes : writesByPiece().values()) {
      count = times(count, writes.size() + 1);
    }
    return count;
  }

  /** Which of the pending writes change a piece, for each piece that is changed. */
  private SortedMap<Integer, List<Integer>> writesByPiece() {
    SortedMap<Integer, List<Integer>> byPiece = new TreeMap<>();
    for (int i = 0; i < pending.size(); i++) {
      Write write = pending.get(i);
      for (int at = 0; at < write.bytes.length; at++) {
        int position = write.position + at;
        if (position >= durable.length || durable[position] != write.bytes[at]) {
          int piece = position / TEAR_BYTES;
          List<Integer> writes = byPiece.computeIfAbsent(piece, some -> new ArrayList<>());
          if (writes.isEmpty() || writes.get(writes.size() - 1) != i) {
            writes.add(i);
          }
        }
      }
    }
    // A write that brings the old bytes back is told from the one before it only by its number.
    byPiece.replaceAll((piece, writes) -> writesFrom(writes.get(0), piece));
    return byPiece;
  }

  private List<Integer> writesFrom(int first, int piece) {
    List<Integer> writes = new ArrayList<>();
    for (int i = first; i < pending.size(); i++) {
      Write write = pending.get(i);
      if (write.position < (piece + 1) * TEAR_BYTES
          && write.position + write.bytes.length > piece * TEAR_BYTES) {
        writes.add(i);
      }
    }
    return writes;
  }

  Bytes survivor(Choice choice) {
    int end = end(pending);
    byte[] found = Arrays.copyOf(durable, end);
    int[] kept = choice.isExhaustive() ? eachKept(choice, end) : someKept(choice, end);
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
    boolean whole = choice.isExhaustive() || choice.upTo(1) == 1;
    int length = whole ? end : durable.length + choice.upTo(end - durable.length);
    Bytes copy = new Bytes();
    copy.live = Arrays.copyOf(found, length);
    copy.durable = copy.live.clone();
    copy.length = length;
    return copy;
  }

  /** Of each piece that was changed, which of the pending writes is the first one lost. */
  private int[] eachKept(Choice choice, int end) {
    int[] kept = new int[end / TEAR_BYTES + 1];
    writesByPiece()
        .forEach(
            (piece, writes) -> {
              int count = choice.upTo(writes.size());
              kept[piece] = count == 0 ? 0 : writes.get(count - 1) + 1;
            });
    return kept;
  }

  /** The same, drawn; in every other file the writes are lost from one on, in all pieces. */
  private int[] someKept(Choice choice, int end) {
    int[] kept = new int[end / TEAR_BYTES + 1];
    int common = choice.upTo(pending.size());
    if (choice.upTo(1) == 1) {
      Arrays.fill(kept, common);
    } else {
      Arrays.setAll(kept, piece -> choice.upTo(pending.size()));
    }
    return kept;
  }

  private static byte[] put(byte[] into, int position, byte[] bytes) {
    int end = position + bytes.length;
    byte[] to = end <= into.length ? into : Arrays.copyOf(into, Math.max(end, 2 * into.length));
    System.arraycopy(bytes, 0, to, position, bytes.length);
    return to;
  }

  record Write(int position, byte[] bytes) {}
}
