package io.varve.process;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import io.varve.format.Codec;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Appends numbered events and says on standard output what it was told: {@code opened <next
 * offset>}, {@code durable <next offset>} after each commit, {@code done}, or the error that ended
 * it. Arguments: folder, owner, number of events.
 */
final class WriterProcess {

  private WriterProcess() {}

  public static void main(String[] args) {
    long count = Long.parseLong(args[2]);
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(256 << 10)
            .withBatchBytes(16 << 10)
            .withCodec(Codec.LZ4);
    Random random = new Random();
    try (Store store = Store.open(Path.of(args[0]), StoreSettings.defaults());
        LogWriter writer = store.openWriter(Numbered.LOG, settings, args[1])) {
      say("opened " + writer.nextOffset());
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      while (writer.nextOffset() < count) {
        writer.append(Numbered.event(writer.nextOffset()));
        if (random.nextInt(100) == 0) {
          last.join();
          last = writer.commit().thenAccept(next -> say("durable " + next));
        }
      }
      say("durable " + writer.sync());
    } catch (VarveException e) {
      fail(e);
    } catch (CompletionException e) {
      fail(e.getCause());
    }
    say("done");
  }

  private static void fail(Throwable failure) {
    say(failure.toString());
    System.exit(1);
  }

  private static void say(String text) {
    System.out.println(text);
    System.out.flush();
  }
}
