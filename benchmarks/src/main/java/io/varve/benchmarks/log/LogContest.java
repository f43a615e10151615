package io.varve.benchmarks.log;

import io.varve.benchmarks.load.Values;
import io.varve.benchmarks.measure.Contestant;
import io.varve.benchmarks.measure.Folders;
import io.varve.benchmarks.measure.MeteredTurn;
import io.varve.benchmarks.measure.ResultTable;
import io.varve.benchmarks.measure.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Appends and replays events of one size, everyone in turn.
 *
 * @param folder a folder of its own, deleted at the end
 * @param eventBytes size of each value
 * @param replayMsMin a turn of replay reads again until so many milliseconds have passed
 * @param wanted who takes part, by name
 * @param progress is told of every turn
 */
public record LogContest(
    Path folder,
    int eventBytes,
    long events,
    Rounds rounds,
    long replayMsMin,
    Predicate<String> wanted,
    Consumer<String> progress) {

  /** Returns the tables, in Markdown. */
  public String run(boolean append, boolean replay) throws Exception {
    Work work = new Work(Files.createDirectories(folder), new Values(eventBytes), events);
    try {
      progress.accept("writing %,d events of %,d bytes to replay".formatted(events, eventBytes));
      ReplayContest replaying = new ReplayContest(work);
      replaying.prepare();
      StringBuilder tables = new StringBuilder();
      if (append) {
        tables.append(
            table(
                "Append, ",
                AppendContest.of(work, replaying.storedBytes()),
                0,
                List.of(AppendContest.BARE, AppendContest.BARE_SYNCING)));
        tables.append(
            table(
                "Append, a commit each MiB, ",
                AppendContest.committing(work, replaying.storedBytes()),
                0,
                List.of(AppendContest.BARE)));
      }
      if (replay) {
        tables.append(
            table(
                "Replay, ",
                replaying.contestants(),
                replayMsMin,
                List.of(ReplayContest.BARE, ReplayContest.BARE_EVENTS, ReplayContest.BARE_COPIES)));
      }
      return tables.toString();
    } finally {
      Folders.delete(folder);
    }
  }

  private String table(
      String title, List<Contestant> contestants, long turnMsMin, List<String> bases)
      throws Exception {
    List<MeteredTurn> turns =
        contestants.stream()
            .filter(each -> wanted.test(each.name()))
            .map(each -> new MeteredTurn(each, turnMsMin))
            .toList();
    return new ResultTable(title + ResultTable.size(eventBytes), eventBytes, bases)
        .of(rounds.run(turns, progress));
  }
}
