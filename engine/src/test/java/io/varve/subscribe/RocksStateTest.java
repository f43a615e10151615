package io.varve.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that is written and read at once, many times more than its memtable has room for. */
final class RocksStateTest {

  private static final StreamPartition P0 = new StreamPartition("orders", 1, 0);
  private static final StreamPartition P1 = new StreamPartition("orders", 1, 1);

  @TempDir Path folder;

  @Test
  void whoReadsBesideTheWriterSeesWholeChangesAndNoneThatWasTakenBack() throws Exception {
    int writes = 4_000;
    TreeMap<Long, SavedRetry> retries = new TreeMap<>();
    Random random = new Random(1);
    AtomicLong written = new AtomicLong();
    CompletableFuture<Integer> reader;
    long most = 0;
    try (RocksState state = RocksState.create(folder.toString())) {
      long empty = state.memoryBytes();
      assertThat(empty).isPositive();
      StateChange first = new StateChange();
      first.subscription(new UUID(1, 2), List.of("orders"));
      first.cursor(P0, SavedCursor.at(0));
      first.cursor(P1, SavedCursor.at(0));
      state.write(first, true);
      reader = CompletableFuture.supplyAsync(() -> read(written, writes));
      for (long i = 1; i <= writes; i++) {
        StateChange change = new StateChange();
        change.cursor(P0, SavedCursor.at(i));
        change.cursor(P1, SavedCursor.at(i));
        long offset = random.nextInt(50);
        if (random.nextBoolean()) {
          SavedRetry retry = new SavedRetry(1 + random.nextInt(9), i, 5, "x".repeat(1_000));
          retries.put(offset, retry);
          change.retry(P0, offset, retry);
        } else {
          retries.remove(offset);
          change.noRetry(P0, offset);
        }
        state.write(change, i % 100 == 0);
        most = Math.max(most, state.memoryBytes());
        written.set(i);
      }
      assertThat(reader.get()).isGreaterThan(1);
      // Its memtable was full more than once, and there are two of them at most.
      assertThat(most).isGreaterThan(empty).isLessThan(3 << 20);
    }
    SubscriptionState last = RocksState.read(folder.toString(), new StateChange());
    assertThat(last.storeId()).isEqualTo(new UUID(1, 2));
    assertThat(last.covers()).containsExactly("orders");
    assertThat(last.cursors().get(P0)).isEqualTo(SavedCursor.at(writes));
    assertThat(last.retries(P0)).isEqualTo(retries);
  }

  private int read(AtomicLong written, int writes) {
    int reads = 0;
    while (written.get() < writes) {
      long before = written.get();
      SubscriptionState state;
      try {
        state = RocksState.read(folder.toString(), new StateChange());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      long seen = state.cursors().get(P0).offset();
      assertThat(seen).isGreaterThanOrEqualTo(before);
      assertThat(state.cursors().get(P1).offset()).isEqualTo(seen);
      reads++;
    }
    return reads;
  }
}
