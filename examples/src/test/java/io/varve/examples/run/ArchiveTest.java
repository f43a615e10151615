package io.varve.examples.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.LogWriter;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.commit.LogSettings;
import io.varve.event.Event;
import io.varve.event.Headers;
import io.varve.event.StreamPartition;
import io.varve.examples.compare.PlacedEvent;
import io.varve.examples.event.Bytes;
import io.varve.examples.event.DemoEvent;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  @TempDir Path folder;

  @Test
  void countsAndReadsWhatAWriterHasMadeDurable() {
    Path path = folder.resolve("store");
    try (Archive archive = new Archive(path, "releases")) {
      assertThat(archive.count()).isZero();
      assertThat(archive.read(3)).isEmpty();
      try (Store store = Store.open(path, StoreSettings.defaults());
          LogWriter writer =
              store.openWriter(
                  new StreamPartition("releases", 1, 3), LogSettings.defaults(), "test")) {
        Headers headers = Headers.builder().add("h", null).add("h", new byte[] {7}).build();
        writer.append(Event.of(5, 11, null, new byte[] {1}).withHeaders(headers));
        assertThat(archive.count()).isZero();
        writer.sync();
        assertThat(archive.count()).isEqualTo(1);
        assertThat(archive.read(3))
            .containsExactly(
                new PlacedEvent(
                    3,
                    5,
                    new DemoEvent(
                        11,
                        null,
                        Bytes.of(new byte[] {1}),
                        List.of(
                            new DemoEvent.Header("h", null),
                            new DemoEvent.Header("h", Bytes.of(new byte[] {7}))))));
        assertThat(archive.read(0)).isEmpty();
      }
    }
  }
}
