package io.varve.dedup;

import java.util.concurrent.atomic.AtomicLong;

/** What a window holds and has done: written by its thread, read by any. */
final class DedupCounters {
  final AtomicLong ids = new AtomicLong();
  final AtomicLong buckets = new AtomicLong();
  final AtomicLong tableBytes = new AtomicLong();
  final AtomicLong filterBytes = new AtomicLong();
  final AtomicLong logTimeMs = new AtomicLong(LogTime.NONE);
  final AtomicLong stored = new AtomicLong();
  final AtomicLong duplicates = new AtomicLong();
  final AtomicLong looks = new AtomicLong();
  final AtomicLong falsePositives = new AtomicLong();
  final AtomicLong unfiltered = new AtomicLong();

  void begin() {
    stored.set(0);
    duplicates.set(0);
    looks.set(0);
    falsePositives.set(0);
  }

  static void count(AtomicLong counter) {
    counter.setOpaque(counter.getPlain() + 1);
  }
}
