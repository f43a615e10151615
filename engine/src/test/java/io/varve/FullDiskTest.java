package io.varve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.base.StoreFailedException;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.StreamPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk of 8 MiB that fills up, and has room again. Needs root, to mount it. */
final class FullDiskTest {

  private static final StreamPartition LOG = new StreamPartition("full", 1, 0);
  private static final LogSettings SETTINGS =
      LogSettings.defaults().withSegmentBytes(300_000).withBatchBytes(10_000);

  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(folder.resolve("disk"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()) == 0;
    if (!mounted) {
      System.out.println("Skipped FullDiskTest: mounting a tmpfs needs root");
    }
    assumeTrue(mounted, "mounting a tmpfs needs root");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void aFullDiskEndsTheWriterAndOnceThereIsRoomItGoesOnWithNothingLost() throws IOException {
    Path ballast = disk.resolve("ballast");
    Random random = new Random(5);
    long acknowledged = 0;
    try (Store store = Store.open(disk.resolve("store"), StoreSettings.defaults())) {
      for (int round = 0; round < 5; round++) {
        Files.write(ballast, new byte[(5 - round) << 20]);
        StoreFailedException failure = null;
        while (failure == null) {
          LogWriter writer = null;
          try {
            writer = store.openWriter(LOG, SETTINGS, "test");
            assertThat(writer.nextOffset()).isGreaterThanOrEqualTo(acknowledged);
            while (true) {
              writer.append(event(random, writer.nextOffset()));
              if (random.nextInt(10) == 0) {
                acknowledged = writer.sync();
              }
            }
          } catch (StoreFailedException e) {
            failure = e;
          } finally {
            if (writer != null) {
              writer.close();
            }
          }
        }
        assertThat(failure.diskFull()).as(failure.toString()).isTrue();
        Files.delete(ballast);
        try (LogWriter writer = store.openWriter(LOG, SETTINGS, "test")) {
          assertThat(writer.nextOffset()).isGreaterThanOrEqualTo(acknowledged);
          writer.append(event(random, writer.nextOffset()));
          acknowledged = writer.sync();
        }
        checkAll(store, acknowledged);
      }
    }
  }

  private static Event event(Random random, long offset) {
    byte[] value = new byte[1000 + random.nextInt(4000)];
    new Random(offset).nextBytes(value);
    return Event.of(offset, 0, null, value);
  }

  private static void checkAll(Store store, long end) {
    try (LogReader reader = store.openReader(LOG, ReadRange.all())) {
      for (long offset = 0; offset < end; offset++) {
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().offset()).isEqualTo(offset);
        byte[] value = new byte[reader.event().valueLength()];
        new Random(offset).nextBytes(value);
        assertThat(reader.event().value()).isEqualTo(value);
      }
      assertThat(reader.next()).isFalse();
    }
  }
}
