package io.varve.flink.state.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * Keeps in memory what a backend writes to checkpoints, knows what of it is not deleted and not
 * closed, and makes trouble at a chosen call.
 *
 * <p>Thread: safe for use by any.
 */
final class Vault {

  /** What happens instead of a call. */
  interface Trouble {
    void come() throws IOException;
  }

  private final boolean duplicates;
  private final boolean deletes;
  private final Map<Long, Stream> kept = new ConcurrentHashMap<>();
  private final Set<String> letGo = ConcurrentHashMap.newKeySet();
  private final AtomicLong nextId = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger callsToTrouble = new AtomicInteger();
  private volatile Trouble trouble = () -> {};

  /**
   * @param duplicates whether it copies on its own what it has, as some file systems do
   * @param deletes whether it deletes what it is told to
   */
  Vault(boolean duplicates, boolean deletes) {
    this.duplicates = duplicates;
    this.deletes = deletes;
  }

  /** The {@code calls}th call from now makes trouble. */
  void trouble(int calls, Trouble trouble) {
    this.trouble = trouble;
    callsToTrouble.set(calls);
  }

  /** Gives whether the trouble came; none will from now. */
  boolean endTrouble() {
    return callsToTrouble.getAndSet(0) <= 0;
  }

  /** How many streams have been written and not been deleted, but for those let go. */
  int size() {
    return checkpointsOfKept().size();
  }

  private List<String> checkpointsOfKept() {
    return kept.values().stream()
        .map(Stream::checkpoint)
        .filter(checkpoint -> !letGo.contains(checkpoint))
        .toList();
  }

  /** Asks no more after the streams of a checkpoint. */
  void letGo(String checkpoint) {
    letGo.add(checkpoint);
  }

  /** Asks no more after the streams that are open now. */
  void letGoOfOpen() {
    open.set(0);
  }

  int open() {
    return open.get();
  }

  /**
   * At most so many streams are open, and so many kept, once threads are through that close and
   * delete some. Fewer may be open than before: a backend goes on reading files of the checkpoint
   * that it was restored from, until it has them all.
   */
  void settle(int openMax, int keptExpected, String after) {
    await()
        .alias("streams open and kept after " + after)
        .untilAsserted(
            () -> {
              assertThat(open()).as("open streams").isLessThanOrEqualTo(openMax);
              assertThat(checkpointsOfKept())
                  .as("checkpoints that the kept streams are of")
                  .hasSize(keptExpected);
            });
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  /** Each call on the vault and its streams. */
  void call() throws IOException {
    if (callsToTrouble.get() > 0 && callsToTrouble.decrementAndGet() == 0) {
      trouble.come();
    }
  }

  StreamStateHandle keep(String checkpoint, byte[] bytes) {
    long id = nextId.incrementAndGet();
    kept.put(id, new Stream(checkpoint, bytes));
    return new VaultHandle(this, id, bytes.length);
  }

  byte[] kept(long id) throws IOException {
    Stream stream = kept.get(id);
    if (stream == null) {
      throw new IOException("Stream " + id + " of a checkpoint is deleted");
    }
    return stream.bytes();
  }

  void delete(long id) throws IOException {
    if (deletes && kept.remove(id) == null) {
      throw new IOException("Stream " + id + " of a checkpoint is deleted twice");
    }
  }

  /** What a checkpoint of that name is to be written to. */
  CheckpointStreamFactory streamsOf(String checkpoint) {
    return new CheckpointStreamFactory() {
      @Override
      public CheckpointStateOutputStream createCheckpointStateOutputStream(
          CheckpointedStateScope scope) throws IOException {
        call();
        return new VaultOutput(Vault.this, checkpoint);
      }

      @Override
      public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope) {
        return duplicates && handle instanceof VaultHandle;
      }

      @Override
      public List<StreamStateHandle> duplicate(
          List<StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
        call();
        List<StreamStateHandle> copies = new ArrayList<>();
        for (StreamStateHandle handle : handles) {
          copies.add(keep(checkpoint, kept(((VaultHandle) handle).id())));
        }
        return copies;
      }
    };
  }

  private record Stream(String checkpoint, byte[] bytes) {}
}
