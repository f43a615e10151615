package io.varve.connect.source.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.Overdue;
import io.varve.SchedulerSettings;
import io.varve.connect.source.config.ScheduleSettings;
import io.varve.delay.TimerMemory;
import io.varve.format.EntryBlock;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerShareTest {

  private final AtomicLong committed = new AtomicLong(7);

  private SchedulerSettings share(long bytes, long retentionMs, int partitions) {
    return TimerShare.of(
        new ScheduleSettings(Overdue.DROP, 5, bytes, retentionMs),
        "orders",
        partitions,
        committed::get);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 50, 1000, 100_000})
  void anyShareOfTheMemoryCanBeWorkedWith(int partitions) {
    TimerMemory memory = share(256L << 20, -1, partitions).memory();
    assertThat(memory.loaded()).isPositive();
    assertThat(memory.loaded() % EntryBlock.ENTRIES_MAX).isZero();
    assertThat(memory.loadBelow()).isPositive().isLessThan(memory.loaded());
    assertThat(memory.nearMax()).isGreaterThan(2 * memory.loaded());
    assertThat(memory.ahead()).isLessThanOrEqualTo(memory.nearMax());
    assertThat(memory.aheadBytes()).isBetween(1L << 20, 128L << 20);
    assertThat(memory.stepEvents()).isPositive();
  }

  @Test
  void oneAloneHasTheEnginesDefaultAndManyHaveLess() {
    assertThat(share(256L << 20, -1, 1).memory()).isEqualTo(TimerMemory.DEFAULT);
    SchedulerSettings tenth = share(250_000_000, -1, 10);
    assertThat(tenth.memory().nearMax()).isBetween(100_000, 110_000);
    assertThat(tenth.cacheBytes()).isBetween(3_000_000L, 3_500_000L);
  }

  @Test
  void theReadyLogIsKeptAsLongAsTheSettingsSayAndAsKafkaNeedsIt() {
    SchedulerSettings settings = share(256L << 20, 86_400_000, 1);
    assertThat(settings.readyStream()).isEqualTo("orders.ready");
    assertThat(settings.tickMs()).isEqualTo(5);
    assertThat(settings.overdue()).isEqualTo(Overdue.DROP);
    assertThat(settings.ready().retention().ms()).isEqualTo(86_400_000);
    assertThat(settings.ready().segmentMs()).isEqualTo(10_800_000);
    assertThat(settings.ready().retention().neededFrom().getAsLong()).isEqualTo(7);
    committed.set(8);
    assertThat(settings.ready().retention().neededFrom().getAsLong()).isEqualTo(8);
    assertThat(share(256L << 20, -1, 1).ready().retention().ms()).isEqualTo(-1);
  }
}
