package io.varve;

import io.varve.base.BadSettingException;
import io.varve.base.StoreFailedException;
import io.varve.event.StreamPartition;
import io.varve.io.Directory;
import io.varve.manifest.Instances;
import io.varve.subscribe.RocksState;
import io.varve.subscribe.SavedCursor;
import io.varve.subscribe.StateChange;
import io.varve.subscribe.SubscriptionFolder;
import io.varve.subscribe.SubscriptionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a store's subscriptions from outside, which changes nothing for those who have them
 * open.
 *
 * <p>Thread: confined to one.
 */
final class SubscriptionListing {

  private static final int ATTEMPTS = 100;

  private final Store store;
  private final Directory root;
  private final Instances instances;

  SubscriptionListing(Store store, Directory root, Instances instances) {
    this.store = store;
    this.root = root;
    this.instances = instances;
  }

  List<SubscriptionStatus> list() {
    List<SubscriptionStatus> all = new ArrayList<>();
    try {
      for (String name : SubscriptionFolder.names(root)) {
        SubscriptionFolder folder = new SubscriptionFolder(root, name, instances);
        SubscriptionState state = state(folder);
        if (state != null) {
          all.add(status(name, folder, state));
        }
      }
    } catch (IOException e) {
      throw new StoreFailedException("Reading the subscriptions in " + root + " failed", e);
    } catch (LinkageError e) {
      throw new BadSettingException(
          "subscriptions",
          root.path(),
          "read with org.rocksdb:rocksdbjni in the class path, built for this machine, but: " + e);
    }
    return all;
  }

  private static @Nullable SubscriptionState state(SubscriptionFolder folder) throws IOException {
    for (int attempt = 1; ; attempt++) {
      String path = folder.newestState();
      if (path == null) {
        return null;
      }
      try {
        return RocksState.read(path, new StateChange());
      } catch (IOException e) {
        if (attempt == ATTEMPTS || path.equals(folder.newestState())) {
          throw e;
        }
      }
    }
  }

  private SubscriptionStatus status(String name, SubscriptionFolder folder, SubscriptionState state)
      throws IOException {
    List<SubscriptionStatus.LogPlace> places = new ArrayList<>();
    for (Map.Entry<StreamPartition, SavedCursor> each : state.cursors().entrySet()) {
      StreamPartition log = each.getKey();
      if (store.contains(log)) {
        places.add(place(log, each.getValue(), state.retries(log).size()));
      }
    }
    return new SubscriptionStatus(name, state.covers(), folder.livingHolder(), places);
  }

  private SubscriptionStatus.LogPlace place(StreamPartition log, SavedCursor cursor, int retries) {
    LogStats stats = store.stats(log);
    long from = Math.max(cursor.offset(), stats.startOffset());
    long end = Math.max(from, stats.nextOffset());
    long backlog = cursor.unacknowledgedBelow(end) - cursor.unacknowledgedBelow(from);
    long timestampMs = -1;
    if (backlog > 0) {
      try (LogReader reader = store.openReader(log, ReadRange.offsets(from, end))) {
        if (reader.next()) {
          timestampMs = reader.event().timestampMs();
        }
      }
    }
    return new SubscriptionStatus.LogPlace(log, cursor.offset(), backlog, retries, timestampMs);
  }
}
