package io.varve.process;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.compact.Compaction;
import io.varve.compact.Retention;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Appends numbered events, and as many to a log of keys if it is told how that is compacted, and
 * says on standard output what it was told: {@code opened <next offset>}, {@code durable <next
 * offset>} and {@code keyed <next offset>} after each commit, {@code done}, or the error that ended
 * it. Arguments: folder, owner, number of events; then {@code compacted} or {@code whole}.
 */
final class WriterProcess {

  private static final Retention RETENTION = new Retention(-1, 16 << 20);

  private final Random random = new Random();
  private final Store store;

  private WriterProcess(Store store) {
    this.store = store;
  }

  public static void main(String[] args) {
    StoreSettings settings = StoreSettings.defaults().withMaintenanceMs(50);
    try (Store store = Store.open(Path.of(args[0]), settings)) {
      WriterProcess process = new WriterProcess(store);
      if (args.length == 3) {
        process.write(args[1], Long.parseLong(args[2]));
      } else {
        process.writeBoth(args[1], Long.parseLong(args[2]), args[3].equals("compacted"));
      }
    } catch (VarveException e) {
      fail(e);
    } catch (CompletionException e) {
      fail(e.getCause());
    }
    say("done");
  }

  private static LogSettings settings() {
    return LogSettings.defaults()
        .withSegmentBytes(256 << 10)
        .withBatchBytes(16 << 10)
        .withCodec(Codec.LZ4);
  }

  private void write(String owner, long count) {
    try (LogWriter writer = store.openWriter(Numbered.LOG, settings(), owner)) {
      say("opened " + writer.nextOffset());
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      while (writer.nextOffset() < count) {
        last = append(writer, last);
      }
      say("durable " + writer.sync());
    }
  }

  private CompletableFuture<Void> append(LogWriter writer, CompletableFuture<Void> last) {
    writer.append(Numbered.event(writer.nextOffset()));
    if (random.nextInt(100) > 0) {
      return last;
    }
    last.join();
    return writer.commit().thenAccept(next -> say("durable " + next));
  }

  /** Old numbered events go, the latest of each key stay, and a snapshot keeps what it names. */
  private void writeBoth(String owner, long count, boolean compacted) {
    Compaction compaction = compacted ? Compaction.ON.withDirtyRatioMin(0.2) : Compaction.OFF;
    try (LogWriter writer =
            store.openWriter(Numbered.LOG, settings().withRetention(RETENTION), owner);
        LogWriter keyed =
            store.openWriter(KeyedLog.LOG, settings().withCompaction(compaction), owner)) {
      store.snapshots().names().forEach(store.snapshots()::drop);
      store.snapshots().create("life-" + writer.nextOffset());
      say("opened " + writer.nextOffset());
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      while (writer.nextOffset() < count) {
        last = append(writer, last);
        keyed.append(KeyedLog.event(keyed.nextOffset()));
        if (random.nextInt(100) == 0) {
          last.join();
          last = keyed.commit().thenAccept(next -> say("keyed " + next));
        }
      }
      say("durable " + writer.sync());
      say("keyed " + keyed.sync());
    }
  }

  private static void fail(Throwable failure) {
    say(failure.toString());
    System.exit(1);
  }

  private static synchronized void say(String text) {
    System.out.println(text);
    System.out.flush();
  }
}
