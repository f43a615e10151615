package io.varve.benchmarks.log;

import io.varve.benchmarks.measure.Contestant;
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
 * @param wanted which contestants take part, by name
 * @param progress is told of every turn
 */
public record LogContest(
    Path folder,
    int eventBytes,
    long events,
    Rounds rounds,
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
                "Append, %s",
                AppendContest.of(work, replaying.storedBytes()),
                List.of(AppendContest.BARE, AppendContest.BARE_SYNCING),
                new Rounds(rounds.warmups(), rounds.count(), 0)));
      }
      if (replay) {
        tables.append(
            table(
                "Replay, %s",
                replaying.contestants(),
                List.of(ReplayContest.BARE, ReplayContest.BARE_EVENTS),
                rounds));
      }
      return tables.toString();
    } finally {
      Work.delete(folder);
    }
  }

  private String table(String title, List<Contestant> contestants, List<String> bases, Rounds turns)
      throws Exception {
    String size = eventBytes % 1024 == 0 ? eventBytes / 1024 + " KiB" : eventBytes + " B";
    List<Contestant> chosen =
        contestants.stream().filter(each -> wanted.test(each.name())).toList();
    ResultTable table = new ResultTable(title.formatted(size), eventBytes, bases);
    return table.of(turns.run(chosen, progress)) + "\n";
  }
}
