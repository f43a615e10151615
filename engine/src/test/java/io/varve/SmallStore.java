package io.varve;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.format.Codec;
import io.varve.testkit.CrashDisk;
import io.varve.testkit.CrashProcess;
import io.varve.testkit.ManualClock;
import io.varve.testkit.ManualWork;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;

/** A store of a few hundred bytes that has a file of every kind. */
final class SmallStore {

  static final StreamPartition LOG = new StreamPartition("damaged", 1, 0);
  static final long SCHEMA_FINGERPRINT = 7;

  private static final byte[] SCHEMA = "\"string\"".getBytes(StandardCharsets.UTF_8);

  private SmallStore() {}

  static Store open(CrashDisk disk, long seed) {
    CrashProcess process = disk.process();
    return Store.open(
        process.root(),
        StoreSettings.defaults(),
        new ManualClock(),
        new ManualWork(0),
        process.instance(new Random(seed)));
  }

  static Store openReadOnly(CrashDisk disk, long seed) {
    CrashProcess process = disk.process();
    return Store.openReadOnly(
        process.root(), new ManualClock(), new ManualWork(0), process.instance(new Random(seed)));
  }

  /**
   * A sealed segment, one whose writer died, and one that was being written when its writer and a
   * reader died.
   */
  static CrashDisk disk() {
    CrashDisk disk = new CrashDisk();
    long offset = 0;
    for (int opening = 0; opening < 3; opening++) {
      CrashProcess process = disk.process();
      ManualWork work = new ManualWork(0);
      Store store =
          Store.open(
              process.root(),
              StoreSettings.defaults(),
              new ManualClock(),
              work,
              process.instance(new Random(opening)));
      store.schemas().put(SCHEMA_FINGERPRINT, SCHEMA);
      Codec codec = opening == 1 ? Codec.LZ4 : Codec.NONE;
      LogWriter writer = store.openWriter(LOG, LogSettings.defaults().withCodec(codec), "test");
      for (int commit = 0; commit < 2; commit++) {
        for (int i = 0; i < 2; i++) {
          writer.append(event(offset));
          offset += 1;
        }
        writer.commit();
        work.runAll();
      }
      if (opening == 0) {
        writer.close(Duration.ZERO);
        work.runAll();
      } else if (opening == 2) {
        LogReader reader = store.openReader(LOG, ReadRange.all());
        assertThat(reader.next()).isTrue();
      }
      process.kill();
    }
    return disk;
  }

  private static Event event(long offset) {
    byte[] value = ("value value value " + offset).getBytes(StandardCharsets.UTF_8);
    Headers headers =
        offset % 3 == 0
            ? Headers.builder().add("h", new byte[] {(byte) offset}).build()
            : Headers.EMPTY;
    return Event.of(offset, 50 - 4 * offset, new byte[] {(byte) offset}, value)
        .withHeaders(headers);
  }
}
