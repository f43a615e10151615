package io.varve.connect.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.junit.jupiter.api.Test;

final class WorkerMetricsTest extends SinkFixture {

  @Test
  void tellWhatWasStoredSkippedAndMissedAndWhereEachPartitionStands() {
    FakeMetrics metrics = new FakeMetrics();
    kafka.produce(ORDERS_0, 40);
    run(metrics);
    kafka.skip(ORDERS_0, 5);
    kafka.produce(ORDERS_0, 10);

    FakeWorker worker = worker();
    worker.metrics = metrics;
    worker.start(properties);
    worker.assign(ORDERS_0);
    worker.drainAndCommit();
    worker.iterate();

    assertThat(metrics.value("events-stored-total")).isEqualTo(10L);
    assertThat(metrics.value("bytes-stored-total")).isGreaterThan(100L);
    assertThat(metrics.value("duplicates-skipped-total")).isEqualTo(1L);
    assertThat(metrics.value("gaps-total")).isEqualTo(1L);
    assertThat(metrics.value("missing-offsets-total")).isEqualTo(5L);
    assertThat(metrics.value("errant-events-total")).isZero();
    assertThat(metrics.value("commits-total")).isPositive();
    assertThat(metrics.value("commit-time-ns-max")).isPositive();
    assertThat(metrics.value("next-offset orders 0")).isEqualTo(55L);
    assertThat(metrics.value("durable-offset orders 0")).isEqualTo(55L);
    assertThat(metrics.value("unsynced-offsets orders 0")).isZero();
    assertThat(metrics.value("generation orders 0")).isEqualTo(1L);
    assertThat(metrics.value("log-events-total orders 0")).isEqualTo(10L);
    assertThat(metrics.value("log-stored-bytes-total orders 0")).isGreaterThan(100L);
    assertThat(metrics.value("log-append-time-count orders 0"))
        .isEqualTo(metrics.value("log-batches-total orders 0"))
        .isPositive();
    assertThat(metrics.value("log-sync-time-count orders 0"))
        .isEqualTo(metrics.value("log-syncs-total orders 0"))
        .isPositive();
    for (String what : List.of("append", "sync", "commit")) {
      assertThat(
              Stream.of("p50", "p95", "p99", "max")
                  .map(each -> metrics.value("log-" + what + "-time-ns-" + each + " orders 0")))
          .isSorted()
          .allSatisfy(nanos -> assertThat(nanos).isPositive());
    }
    assertThat(metrics.value("recovery-time-ns orders 0")).isPositive();
    assertThat(metrics.value("recovery-cut-bytes orders 0")).isZero();
    assertThat(metrics.value("compaction-last-end-ms orders 0")).isZero();

    worker.revoke(ORDERS_0);
    assertThat(metrics.gauges).doesNotContainKey("next-offset orders 0");
    worker.shutDown();
  }

  @Test
  void workersWithoutThemArchiveAllTheSame() {
    kafka.produce(ORDERS_0, 10);
    run(null);

    assertArchived(ORDERS_0);
  }

  private void run(PluginMetrics metrics) {
    FakeWorker worker = worker();
    worker.metrics = metrics;
    worker.start(properties);
    worker.assign(ORDERS_0);
    worker.drainAndCommit();
    worker.shutDown();
  }
}
