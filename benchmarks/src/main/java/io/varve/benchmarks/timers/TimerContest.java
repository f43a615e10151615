package io.varve.benchmarks.timers;

import io.varve.benchmarks.measure.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Timers of several wheels, turn by turn.
 *
 * @param sizes how many timers, each for tables of its own
 * @param rounds that count, of each table; one more comes first
 * @param wanted which tables to make, by their titles
 * @param progress is told of every turn
 */
public record TimerContest(
    List<Integer> sizes, int rounds, Predicate<String> wanted, Consumer<String> progress) {

  private static final int WARM_UP = 500_000;
  private static final String OWN = "Varve";

  private static final List<TimerTurn> TURNS =
      List.of(
          new TimerTurn(OWN, false, true, VarveTimers::new),
          new TimerTurn("Agrona DeadlineTimerWheel", false, true, AgronaTimers::new),
          new TimerTurn("Kafka SystemTimer", true, true, KafkaTimers::new),
          new TimerTurn("Netty HashedWheelTimer", true, false, NettyTimers::new));

  private interface Measurement {
    Outcome of(TimerTurn turn, int timers) throws Exception;
  }

  private record Column(String title, int digits, double unit, ToDoubleFunction<Outcome> value) {

    double of(List<Outcome> outcomes) {
      return Statistics.of(outcomes.stream().mapToDouble(value).toArray()).median() / unit;
    }

    /** The median of the quotients, round by round. */
    double ratio(List<Outcome> outcomes, List<Outcome> base) {
      double[] ratios = new double[outcomes.size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = value.applyAsDouble(outcomes.get(i)) / value.applyAsDouble(base.get(i));
      }
      return Statistics.of(ratios).median();
    }
  }

  private static final Column ADDS = new Column("M adds/s", 2, 1e6, Outcome::addsPerSecond);
  private static final Column ADD_CPU = new Column("CPU ns/add", 0, 1, Outcome::addCpuNanos);
  private static final Column HEAP = new Column("heap B/timer", 1, 1, Outcome::heapBytes);
  private static final Column EXPIRIES =
      new Column("M expiries/s", 2, 1e6, Outcome::expiriesPerSecond);
  private static final Column EXPIRY_CPU =
      new Column("CPU ns/expiry", 0, 1, Outcome::expiryCpuNanos);
  private static final Column PROCESS_CPU =
      new Column("process CPU ns/timer", 0, 1, Outcome::processCpuNanos);
  private static final Column HALF_LATE = new Column("late p50, ms", 2, 1, Outcome::halfLateMs);
  private static final Column MOST_LATE = new Column("late p99, ms", 2, 1, Outcome::mostLateMs);

  /** Returns the tables, in Markdown. */
  public String run() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int timers : sizes) {
      String size = String.format(Locale.ROOT, "%,d timers", timers);
      table(
          text,
          size + " in simulated time",
          timers,
          TimerTurn::drain,
          List.of(ADDS, ADD_CPU, HEAP, EXPIRIES, EXPIRY_CPU, PROCESS_CPU));
      table(
          text,
          size + " in real time",
          timers,
          TimerTurn::keepTime,
          List.of(ADDS, ADD_CPU, EXPIRY_CPU, PROCESS_CPU, HALF_LATE, MOST_LATE));
    }
    return text.toString();
  }

  private void table(
      StringBuilder text, String title, int timers, Measurement measurement, List<Column> columns)
      throws Exception {
    if (!wanted.test(title)) {
      return;
    }
    Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (TimerTurn turn : TURNS) {
        Outcome outcome = measurement.of(turn, round == 0 ? Math.min(WARM_UP, timers) : timers);
        progress.accept(
            String.format(
                Locale.ROOT,
                "%s, %s, %s: %s",
                title,
                round == 0 ? "warm-up" : "round " + round,
                turn.name(),
                outcome));
        if (round > 0) {
          outcomes.computeIfAbsent(turn.name(), name -> new ArrayList<>()).add(outcome);
        }
      }
    }
    append(text, title, outcomes, columns);
  }

  private static void append(
      StringBuilder text, String title, Map<String, List<Outcome>> outcomes, List<Column> columns) {
    text.append("**").append(title).append("**\n\n|  |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (Column column : columns) {
      text.append(' ').append(column.title()).append(" |");
      rule.append(" ---: |");
    }
    text.append(" adds/s, Varve ÷ it | CPU/expiry, it ÷ Varve |\n");
    text.append(rule).append(" ---: | ---: |\n");
    List<Outcome> own = outcomes.getOrDefault(OWN, List.of());
    outcomes.forEach(
        (name, turns) -> {
          text.append("| ").append(name).append(" |");
          for (Column column : columns) {
            cell(text, column.of(turns), column.digits());
          }
          cell(text, ADDS.ratio(own, turns), 1);
          cell(text, EXPIRY_CPU.ratio(turns, own), 1);
          text.append('\n');
        });
    text.append('\n');
  }

  private static void cell(StringBuilder text, double value, int digits) {
    text.append(' ')
        .append(Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,." + digits + "f", value))
        .append(" |");
  }
}
