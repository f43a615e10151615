package io.varve.benchmarks.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateContestTest {

  @Test
  void backendsThatComeToDifferentAnswersAreNamed() {
    List<Result> results =
        List.of(
            result("rocksdb", 1, "Q5", "3 rows"),
            result("rocksdb", 1, "Q8", "7 rows"),
            result("io.varve.flink.state.VarveStateBackendFactory", 1, "Q5", "4 rows"),
            result("io.varve.flink.state.VarveStateBackendFactory", 1, "Q8", "7 rows"),
            result("rocksdb", 1, "PEAK_RSS", null));

    assertThat(StateContest.disagreements(results))
        .singleElement()
        .asString()
        .contains("WRONG ANSWER of Q5", "varve says 4 rows", "rocksdb said 3 rows");
  }

  private static Result result(String backend, int round, String row, @Nullable String answer) {
    return new Result(backend, round, Suite.Q5, row, "events/s", List.of(1.0), answer, null);
  }
}
