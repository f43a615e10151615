package io.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.EventConsumer;
import io.varve.Store;
import io.varve.StoreSettings;
import io.varve.Subscription;
import io.varve.SubscriptionSettings;
import io.varve.SubscriptionStart;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubscriptionsTest {

  @TempDir Path folder;

  @Test
  void tellsHowFarEachIsWhileItIsInUse() throws Exception {
    Path path = Stores.orders(folder);
    try (Store store = Store.open(path, StoreSettings.defaults());
        Subscription mails =
            store.openSubscription("mails", "orders", SubscriptionSettings.defaults());
        EventConsumer consumer = mails.openConsumer()) {
      SubscriptionSettings latest =
          SubscriptionSettings.defaults().withStart(SubscriptionStart.latest());
      store.openSubscription("audit", "orders", latest).close();
      consumer.next(1000, Duration.ofSeconds(10)).stream()
          .filter(each -> each.log().equals(Stores.ORDERS_0) && each.event().offset() < 2)
          .forEach(each -> assertThat(each.ack()).isTrue());
      mails.sync();

      JsonNode rows =
          new ObjectMapper()
              .readTree(Run.of("subscriptions", path, "--partitions", "--json").out());
      assertThat(rows).hasSize(4);
      JsonNode row = rows.get(2);
      assertThat(row.get("subscription").asText()).isEqualTo("mails");
      assertThat(row.get("stream").asText()).isEqualTo("orders");
      assertThat(row.get("partition").asInt()).isZero();
      assertThat(row.get("cursor").asInt()).isEqualTo(2);
      assertThat(row.get("backlog").asInt()).isEqualTo(98);
      assertThat(row.get("oldest").asText()).isEqualTo("2026-11-20T12:00:02Z");
      assertThat(row.get("consumer").asText()).contains("subscription mails");

      Run run = Run.of("subscriptions", path);
      assertThat(run.lines()).hasSize(3);
      assertThat(run.lines()[1]).matches("audit +orders +1 +2 +8 +0 +0 +- +-");
    }
  }

  @Test
  void aStoreWithoutAnyHasNoLines() {
    Run run = Run.of("subscriptions", Stores.orders(folder));
    assertThat(run.exitCode()).isZero();
    assertThat(run.lines()).hasSize(1);
  }
}
