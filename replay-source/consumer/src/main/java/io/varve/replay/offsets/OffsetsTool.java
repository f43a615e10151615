package io.varve.replay.offsets;

import io.varve.base.VarveException;
import io.varve.replay.offsets.GroupOffsets.Imported;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * {@code ./varve offsets}: shows groups' committed offsets, and takes them from or to a cluster.
 */
public final class OffsetsTool {

  static final String USAGE =
      """
      Usage: varve offsets show STORE [GROUP]
             varve offsets import STORE GROUP --bootstrap-server HOST:PORT [--to GROUP] [--command-config FILE]
             varve offsets export STORE GROUP --bootstrap-server HOST:PORT [--to GROUP] [--command-config FILE]
      Shows the offsets that groups of replay consumers have committed in a store, takes a group's
      offsets from a cluster, or gives them to one. The group that gets them must have no members.
        --to GROUP               the group that gets them, if it has another name
        --command-config FILE    properties for the connection, such as security settings
      An offset behind the archive's end becomes that end, which is told.
      """;

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private OffsetsTool() {}

  public static void main(String... arguments) {
    System.exit(run(arguments, System.out, System.err));
  }

  /** Runs it; returns the exit code: 0 done, 1 failed, 2 wrong arguments. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    Map<String, String> options = new HashMap<>();
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--") && i + 1 < arguments.length) {
        options.put(arguments[i], arguments[++i]);
      } else {
        words.add(arguments[i]);
      }
    }
    String action = words.isEmpty() ? "" : words.get(0);
    boolean shows = action.equals("show") && words.size() >= 2 && words.size() <= 3;
    boolean moves =
        (action.equals("import") || action.equals("export"))
            && words.size() == 3
            && options.containsKey("--bootstrap-server");
    if (!shows && !moves) {
      err.print(USAGE);
      return MISUSED;
    }
    try (GroupOffsets offsets = GroupOffsets.open(Path.of(words.get(1)))) {
      if (shows) {
        show(offsets, words.size() == 3 ? List.of(words.get(2)) : offsets.groups(), out);
      } else {
        move(offsets, action.equals("import"), words.get(2), options, out);
      }
      return OK;
    } catch (VarveException | KafkaException | IOException e) {
      err.println(e.getMessage());
      return FAILED;
    }
  }

  private static void show(GroupOffsets offsets, Iterable<String> groups, PrintStream out) {
    for (String group : groups) {
      offsets
          .committed(group)
          .forEach(
              (partition, offset) ->
                  out.println(
                      group
                          + "\t"
                          + partition
                          + "\t"
                          + offset.offset()
                          + (offset.metadata().isEmpty() ? "" : "\t" + offset.metadata())));
    }
  }

  private static void move(
      GroupOffsets offsets,
      boolean imports,
      String group,
      Map<String, String> options,
      PrintStream out)
      throws IOException {
    Properties settings = new Properties();
    String file = options.get("--command-config");
    if (file != null) {
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        settings.load(in);
      }
    }
    settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, options.get("--bootstrap-server"));
    String into = options.getOrDefault("--to", group);
    try (Admin cluster = Admin.create(settings)) {
      if (imports) {
        for (Imported each : offsets.importFrom(cluster, group, into)) {
          out.println(into + "\t" + each.partition() + "\t" + told(each));
        }
      } else {
        offsets
            .exportTo(cluster, group, into)
            .forEach(
                (partition, offset) ->
                    out.println(into + "\t" + partition + "\t" + offset.offset()));
      }
    }
  }

  private static String told(Imported each) {
    if (each.taken() < 0) {
      return each.given() + ": not taken, the store doesn't have this partition";
    }
    return each.taken() == each.given()
        ? String.valueOf(each.taken())
        : each.taken() + ": the archive's end; the cluster had " + each.given();
  }
}
