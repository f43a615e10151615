package io.varve.benchmarks.lookup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One of those that are looked up, in one way. Thread: confined to one. */
final class LookupTurn {

  /** How a store is found. */
  enum State {
    /** Opened with nothing of it in memory, for each turn anew. */
    COLD,
    /** All that is looked up has been looked up before. */
    WARM
  }

  private final String name;
  private final Path folder;
  private final KeyStore.Opening opening;
  private final Load load;
  private final State state;
  private final long lookups;
  private final boolean absent;
  private final List<Double> micros = new ArrayList<>();
  private final List<Double> diskBytes = new ArrayList<>();
  private final List<Double> openMillis = new ArrayList<>();

  /**
   * @param lookups how many keys a turn looks up
   * @param absent whether the keys are ones that aren't there
   */
  LookupTurn(
      String name,
      Path folder,
      KeyStore.Opening opening,
      Load load,
      State state,
      long lookups,
      boolean absent) {
    this.name = name;
    this.folder = folder;
    this.opening = opening;
    this.load = load;
    this.state = state;
    this.lookups = lookups;
    this.absent = absent;
  }

  String name() {
    return name;
  }

  /** Microseconds for each key, turn by turn. */
  List<Double> micros() {
    return micros;
  }

  /** Bytes read from disk for each key, turn by turn. */
  List<Double> diskBytes() {
    return diskBytes;
  }

  /** Milliseconds to open the store, turn by turn. */
  List<Double> openMillis() {
    return openMillis;
  }

  /** Takes some turns one after another, with the store open all the while if it is warm. */
  void take(int round, int turns) throws Exception {
    if (state == State.COLD) {
      for (int turn = 0; turn < turns; turn++) {
        PageCache.forget(folder);
        System.gc();
        long start = System.nanoTime();
        try (KeyStore store = opening.open(folder)) {
          openMillis.add((System.nanoTime() - start) / 1e6);
          measure(store, round * 1000L + turn);
        }
      }
      return;
    }
    try (KeyStore store = opening.open(folder)) {
      for (long key = 0; key < load.keys(); key++) {
        check(store.get(load.key(key)));
      }
      System.gc();
      for (int turn = 0; turn < turns; turn++) {
        measure(store, round * 1000L + turn);
      }
    }
  }

  private void measure(KeyStore store, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    long diskBefore = PageCache.bytesRead();
    long start = System.nanoTime();
    for (long i = 0; i < lookups; i++) {
      long key = random.nextLong(load.keys()) + (absent ? load.keys() : 0);
      byte[] value = store.get(load.key(key));
      if (absent != (value == null)) {
        throw new IllegalStateException(name + ": key " + key + " was found to be " + !absent);
      }
    }
    long nanos = System.nanoTime() - start;
    micros.add(nanos / 1e3 / lookups);
    diskBytes.add((double) (PageCache.bytesRead() - diskBefore) / lookups);
  }

  private void check(byte @Nullable [] value) {
    if (value == null || value.length != load.values().bytes()) {
      throw new IllegalStateException(name + " has lost a key");
    }
  }
}
