package io.varve.process;

import io.varve.DedupWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.dedup.DedupSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.testkit.DedupModel;
import java.nio.file.Path;
import java.util.List;

/**
 * Appends the events of a {@link DedupModel.Source} to a log that stores ids once, from where the
 * log ends, and says {@code durable <next offset>} after each commit, {@code done} at the end, or
 * what went wrong. Arguments: folder, number of events.
 */
final class DedupProcess {

  static final StreamPartition LOG = new StreamPartition("orders", 1, 0);
  static final DedupModel.Source SOURCE = new DedupModel.Source(42, 100_000, 12_000);

  private static final DedupSettings SETTINGS =
      DedupSettings.ofTtlMs(SOURCE.ttlMs()).withMemoryBytes(1 << 20);

  private DedupProcess() {}

  public static void main(String[] args) {
    int count = Integer.parseInt(args[1]);
    List<Event> events = SOURCE.events(count);
    try (Store store = Store.open(Path.of(args[0]), StoreSettings.defaults());
        DedupWriter writer = store.openDedup(LOG, LogSettings.defaults(), "test", SETTINGS)) {
      while (writer.nextOffset() < count) {
        int next = (int) writer.nextOffset();
        writer.append(events.get(next));
        if (next % 97 == 0) {
          System.out.println("durable " + writer.sync());
        }
      }
    } catch (VarveException e) {
      System.out.println(e);
      System.exit(1);
    }
    System.out.println("done");
  }
}
