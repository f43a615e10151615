package io.varve.benchmarks.lookup;

import io.varve.LatestSettings;
import io.varve.LatestView;
import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A stream with a view of its latest events. */
final class VarveKeys implements KeyStore {

  private static final StreamPartition LOG = new StreamPartition("keys", 1, 0);

  private final Store store;
  private final LatestView view;

  VarveKeys(Path folder, long cacheBytes) {
    store = Store.open(folder, StoreSettings.defaults());
    view =
        store.openLatest(
            LOG.stream(),
            LatestSettings.defaults().withCacheBytes(cacheBytes),
            LatestView.Listener.NONE);
  }

  /** Writes everything, and saves the view's table. */
  static void fill(Path folder, Load load, Codec codec, int batchBytes) {
    try (Store store = Store.open(folder, StoreSettings.defaults());
        LogWriter writer =
            store.openWriter(
                LOG,
                LogSettings.defaults().withCodec(codec).withBatchBytes(batchBytes),
                "benchmark")) {
      for (long write = 0; write < load.writes(); write++) {
        writer.append(Event.of(write, write, load.keyOf(write), load.value(write)));
      }
      writer.sync();
      store.openLatest(LOG.stream(), LatestSettings.defaults(), LatestView.Listener.NONE).close();
    }
  }

  /** Bytes of memory for each key, without the cache. */
  double bytesPerKey() {
    return (double) view.bytes() / view.keys();
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    LatestView.Found found = view.get(key);
    return found == null ? null : found.event().value();
  }

  @Override
  public void close() {
    view.close();
    store.close();
  }
}
