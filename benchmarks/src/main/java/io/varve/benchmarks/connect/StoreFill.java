package io.varve.benchmarks.connect;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.benchmarks.load.Values;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import java.nio.file.Path;

/** Fills a store before sources replay it. */
final class StoreFill {

  private StoreFill() {}

  /** Writes the bench's events, spread evenly over the partitions of one stream. */
  static void run(Bench bench, Path path, String stream, Codec codec) {
    LogSettings settings = LogSettings.defaults().withCodec(codec);
    long each = bench.events() / Bench.PARTITIONS;
    try (Store store = Store.open(path, StoreSettings.defaults())) {
      for (int partition = 0; partition < Bench.PARTITIONS; partition++) {
        StreamPartition log = new StreamPartition(stream, 1, partition);
        try (LogWriter writer = store.openWriter(log, settings, "benchmark")) {
          for (long offset = 0; offset < each; offset++) {
            writer.append(
                Event.of(
                    offset, Values.FIRST_TIMESTAMP_MS + offset, null, bench.values().get(offset)));
          }
        }
      }
    }
  }
}
