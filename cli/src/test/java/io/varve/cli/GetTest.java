package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.event.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GetTest {

  @TempDir Path folder;

  @BeforeEach
  void fill() {
    Stores.orders(folder);
  }

  @Test
  void printsTheLatestEventOfAKey() {
    Run text = Run.of("get", folder, "orders", "k7");
    assertThat(text.exitCode()).isEqualTo(ExitCode.FINE);
    assertThat(text.lines()).hasSize(1);
    assertThat(text.lines()[0]).startsWith("0\t97\t2026-11-20T12:01:37Z\tk7\tvalue 97 ");

    assertThat(Run.of("get", folder, "orders", "0x6b37").out()).isEqualTo(text.out());
    assertThat(Run.of("get", folder, "orders", "0x00ff6b").lines()[0]).startsWith("1\t5\t");
    assertThat(Run.of("get", folder, "orders", "k7", "--format", "json").out())
        .startsWith("{\"partition\":0,\"offset\":97,");
  }

  @Test
  void tellsWhenThereIsNone() {
    Run none = Run.of("get", folder, "orders", "nobody");
    assertThat(none.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).contains("nobody").contains("orders");
  }

  @Test
  void keepsItsTableInTheStoreUnlessItIsNotWanted() {
    Path views = folder.resolve("streams/orders/g1/p0/views");
    Run.of("get", folder, "orders", "k7", "--no-save");
    assertThat(Files.exists(views)).isFalse();
    Run.of("get", folder, "orders", "k7");
    assertThat(views).isDirectoryContaining("glob:**00000000000000000100-*.keys");
    assertThat(Run.of("verify", folder).exitCode()).isEqualTo(ExitCode.FINE);

    // It is caught up with what came since.
    try (Store store = Store.open(folder, StoreSettings.defaults())) {
      Event deleted = Stores.numbered(100);
      Stores.append(
          store,
          Stores.ORDERS_0,
          List.of(
              new Event(
                  100,
                  deleted.timestampMs(),
                  deleted.timestampType(),
                  deleted.keyEncoding(),
                  deleted.key(),
                  deleted.valueEncoding(),
                  null,
                  deleted.headers(),
                  null,
                  Event.NOT_DELAYED)));
    }
    assertThat(Run.of("get", folder, "orders", "k0").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(Run.of("get", folder, "orders", "k7").exitCode()).isEqualTo(ExitCode.FINE);
  }

  @Test
  void tellsWhatIsWrong() {
    assertThat(Run.of("get", folder, "nobody", "k").err()).contains("[orders]");
    assertThat(Run.of("get", folder, "nobody", "k").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Run.of("get", folder, "orders", "0xf").err()).contains("hexadecimal");
    assertThat(Run.of("get", folder.resolve("none"), "orders", "k").exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }
}
