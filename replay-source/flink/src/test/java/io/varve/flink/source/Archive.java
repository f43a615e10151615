package io.varve.flink.source;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/** A store that a test fills. */
public final class Archive implements AutoCloseable {

  /** The timestamp of the event at offset 0; the others follow a second apart. */
  public static final long FIRST_MS = 1_700_000_000_000L;

  private final Path folder;
  private final Store store;
  private final LogSettings logSettings;
  private final Map<StreamPartition, LogWriter> writers = new LinkedHashMap<>();

  public Archive(Path folder) {
    this(folder, LogSettings.defaults());
  }

  public Archive(Path folder, LogSettings logSettings) {
    this.folder = folder;
    this.store = Store.open(folder, StoreSettings.defaults().withMaintenanceMs(50));
    this.logSettings = logSettings;
  }

  public String path() {
    return folder.toString();
  }

  public Store store() {
    return store;
  }

  public LogWriter writer(String stream, int partition) {
    return writer(new StreamPartition(stream, 1, partition));
  }

  public LogWriter writer(StreamPartition log) {
    return writers.computeIfAbsent(log, l -> store.openWriter(l, logSettings, "test"));
  }

  /** Appends {@code count} events {@code stream-partition:offset}, keyed by the offset. */
  public Archive fill(String stream, int partition, int count) {
    return fill(stream, partition, count, offset -> text(stream + "-" + partition + ":" + offset));
  }

  public Archive fill(String stream, int partition, int count, LongFunction<byte[]> value) {
    LogWriter writer = writer(stream, partition);
    for (int i = 0; i < count; i++) {
      long offset = writer.nextOffset();
      writer.append(
          Event.of(
              offset, FIRST_MS + offset * 1000, text(Long.toString(offset)), value.apply(offset)));
    }
    writer.sync();
    return this;
  }

  public Archive append(String stream, int partition, Event event) {
    LogWriter writer = writer(stream, partition);
    writer.append(event.withOffset(writer.nextOffset()));
    writer.sync();
    return this;
  }

  public static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Lets go of a log. */
  public void end(String stream, int partition) {
    LogWriter writer = writers.remove(new StreamPartition(stream, 1, partition));
    if (writer != null) {
      writer.close();
    }
  }

  @Override
  public void close() {
    writers.values().forEach(LogWriter::close);
    store.close();
  }
}
