package io.varve.benchmarks.operate;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import java.nio.file.Path;

/**
 * A process that appends as fast as it can, committing each MiB, and says so now and then, until it
 * is killed. Argument: the store's folder.
 */
final class LoadedWriter {

  private static final long COMMIT_EVENTS = (1 << 20) / LargeLog.EVENT_BYTES;

  private LoadedWriter() {}

  /** Whether they succeed shows in the next append. */
  @SuppressWarnings("FutureReturnValueIgnored")
  public static void main(String... arguments) {
    Store store = Store.open(Path.of(arguments[0]), StoreSettings.defaults());
    LogWriter writer = store.openWriter(LargeLog.LOG, LogSettings.defaults(), LargeLog.OWNER);
    while (true) {
      LargeLog.append(writer, COMMIT_EVENTS);
      writer.commit();
      System.out.println(writer.durableOffset());
    }
  }
}
