package io.varve.benchmarks.state.nexmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All backends come to the answers that plain loops over all events come to. */
class QueriesTest {

  /** Of event time enough for windows to end, auctions too, and for sessions to begin again. */
  private static final Workload WORKLOAD = new Workload(30_000, 500, 1500, 400, 200, 20_000, 50);

  private static final int PARALLELISM = 2;
  private static final int MANAGED_MIB = 32;

  @TempDir private static Path folder;

  private static JobCluster cluster;
  private static PlainQueries plain;

  @BeforeAll
  static void start() throws Exception {
    cluster = JobCluster.start(folder, PARALLELISM, MANAGED_MIB);
    plain = new PlainQueries(WORKLOAD);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  void answersAsPlainLoopsDo(Query query) throws Exception {
    Answer expected = plain.answer(query);
    assertThat(expected.rows()).isGreaterThan(10);

    assertThat(answer(query, "io.varve.flink.state.VarveStateBackendFactory")).isEqualTo(expected);
    assertThat(answer(query, "rocksdb")).isEqualTo(expected);
  }

  private static Answer answer(Query query, String backend) throws Exception {
    return cluster.run(query, WORKLOAD, new JobCluster.Setup(backend, 100, Map.of())).answer();
  }
}
