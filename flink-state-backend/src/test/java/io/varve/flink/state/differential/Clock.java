package io.varve.flink.state.differential;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/** The time by which state expires, moved by hand. Thread: read by any, moved by one. */
final class Clock implements TtlTimeProvider {
  private final AtomicLong now;
  private final long behindMs;

  Clock() {
    this(new AtomicLong(), 0);
  }

  private Clock(AtomicLong now, long behindMs) {
    this.now = now;
    this.behindMs = behindMs;
  }

  Clock behind(long ms) {
    return new Clock(now, ms);
  }

  @Override
  public long currentTimestamp() {
    return now.get() - behindMs;
  }

  void advance(long byMs) {
    now.addAndGet(byMs);
  }
}
