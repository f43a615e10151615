package io.varve.examples.flink.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.examples.flink.cluster.FlinkRest.Checkpoint;
import io.varve.examples.flink.input.Comparison;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomePageTest {
  private final Course course = new Course("RocksDB → Varve");
  private final Map<Backend, Figures> figures = new EnumMap<>(Backend.class);

  OutcomePageTest() {
    course.add(new Course.Sample(0, 0, Backend.ROCKSDB));
    course.add(new Course.Sample(2, 100, Backend.ROCKSDB));
    course.add(new Course.Sample(4, 200, Backend.VARVE));
    course.add(new Course.Outage(2, 3, "SIGKILL"));
    for (Backend backend : Backend.values()) {
      Figures of = new Figures();
      of.ran(3_000, 2);
      of.checkpoints(List.of(new Checkpoint(1, 40, 3 << 20, 5 << 20)));
      figures.put(backend, of);
    }
  }

  @Test
  void showsWhatWasMeasured() {
    String page = OutcomePage.render(outcome(new Comparison(10, 10, 0, 0, 0, List.of())));
    assertThat(page)
        .contains("Nothing lost, nothing twice, nothing wrong", "SIGKILL", "1,500", "3.0 MiB")
        .doesNotContain("<script", "NaN", "http://", "https://");
  }

  @Test
  void saysThatSomethingIsLost() {
    Outcome outcome = outcome(new Comparison(10, 9, 1, 0, 0, List.of("lost: a")));
    assertThat(outcome.clean()).isFalse();
    assertThat(OutcomePage.render(outcome)).contains("The results are not what they should be");
  }

  private Outcome outcome(Comparison comparison) {
    return new Outcome("what", List.of(course), figures, Map.of(course.name(), comparison));
  }
}
