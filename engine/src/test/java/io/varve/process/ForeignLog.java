package io.varve.process;

import io.varve.LogReader;
import io.varve.LogWriter;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.base.VarveException;
import io.varve.commit.LogSettings;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A log of numbered events as another class loader sees it; text is all that passes between them.
 */
public final class ForeignLog implements Function<String, String> {

  private static final String WRITE_AS = "write as ";

  private final Store store;
  private final LogReader reader;
  private long read;

  /** Opens the store in {@code folder}, which must hold the log. */
  public ForeignLog(String folder) {
    this.store = Store.open(Path.of(folder), StoreSettings.defaults());
    this.reader = store.openReader(Numbered.LOG, ReadRange.all());
  }

  /**
   * {@code read}: all there is; {@code write as <owner>}: one event; {@code close}. Returns the
   * next offset or the error.
   */
  @Override
  public String apply(String command) {
    try {
      if (command.equals("close")) {
        reader.close();
        store.close();
        return "closed";
      }
      return command.startsWith(WRITE_AS) ? write(command.substring(WRITE_AS.length())) : readOn();
    } catch (VarveException e) {
      return e.toString();
    }
  }

  private String readOn() {
    while (reader.next()) {
      Numbered.check(reader.event(), read);
      read++;
    }
    return "" + read;
  }

  private String write(String owner) {
    try (LogWriter writer = store.openWriter(Numbered.LOG, LogSettings.defaults(), owner)) {
      writer.append(Numbered.event(writer.nextOffset()));
      return "" + writer.sync();
    }
  }
}
