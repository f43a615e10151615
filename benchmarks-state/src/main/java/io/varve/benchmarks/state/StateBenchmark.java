package io.varve.benchmarks.state;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures Flink's keyed state backends against each other. Prints Markdown to standard output and
 * progress to standard error.
 */
@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures Flink's keyed state backends against each other.",
      "A gain above 1 is better than RocksDB's, whatever the unit.",
      "Jobs must come to the same answers with all backends and in all rounds, or it fails."
    })
public final class StateBenchmark implements Callable<Integer> {

  private static final String QUICK = "--quick";

  @Option(
      names = "--backends",
      split = ",",
      description =
          "Shortcuts or class names of factories, as state.backend.type takes them."
              + " Default: ${DEFAULT-VALUE}")
  private List<String> backends =
      List.of("rocksdb", "io.varve.flink.state.VarveStateBackendFactory");

  @Option(
      names = "--suites",
      split = ",",
      description =
          "small (values, lists, maps, timers, snapshots), large (large-values, large-lists,"
              + " large-maps, large-snapshots), many, steady, nexmark (q0, q5, q8, q9, q11, q18, q20: whole"
              + " jobs), nexmark-large (q9-large, q18-large, q20-large). Default: ${DEFAULT-VALUE}")
  private List<String> suites = List.of("small");

  @Option(names = "--only", description = "Regular expression of rows.")
  private String only = "";

  @Option(names = "--rounds", description = "Rounds. Default: 3; of nexmark 2; if --quick 1")
  private @Nullable Integer rounds;

  @Option(
      names = "--heap",
      description =
          "Heap of each process; the large suites of hashmap need 10g. Default: 4g; of nexmark 1g,"
              + " of which hashmap needs 4g")
  private @Nullable String heap;

  @Option(names = "-D", description = "Flink's configuration: -D key=value.")
  private Map<String, String> configuration = Map.of();

  @Option(
      names = "--folder",
      description = "Where to write; on the disk to measure. Default: ${DEFAULT-VALUE}")
  private Path folder = Path.of("target", "state-benchmark");

  @Option(names = "--json", description = "File for all results. Default: ${DEFAULT-VALUE}")
  private Path json = Path.of("target", "state-benchmark.jsonl");

  @Option(
      names = QUICK,
      description =
          "One round of small sizes: shows that it works, not how fast. Unless --suites says"
              + " otherwise, all suites.")
  @SuppressWarnings(
      "unused") // It sets other options' defaults, so it is looked for before they are parsed.
  private boolean quick;

  @Mixin private Sizes sizes;

  private StateBenchmark(boolean quick) {
    sizes = quick ? Sizes.quick() : new Sizes();
    if (quick) {
      rounds = 1;
      suites = List.of("small", "large", "many", "steady", "nexmark", "nexmark-large");
    }
  }

  public static void main(String... arguments) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    boolean quick = Arrays.asList(arguments).contains(QUICK);
    System.exit(new CommandLine(new StateBenchmark(quick)).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    boolean well =
        new StateContest(
                folder.resolve("" + ProcessHandle.current().pid()).toAbsolutePath(),
                json.toAbsolutePath(),
                backends,
                Suite.of(suites),
                rounds,
                sizes,
                heap,
                configuration,
                only,
                System.err::println)
            .run(System.out::print);
    return well ? 0 : 1;
  }
}
