package io.varve.connect.source.plan;

import io.varve.Store;
import io.varve.base.VarveException;
import io.varve.connect.source.config.GenerationChoice;
import io.varve.connect.source.config.Mode;
import io.varve.connect.source.config.SourceConfigDef;
import io.varve.connect.source.config.SourceSettings;
import io.varve.connect.source.config.SourceSettings.Conflict;
import io.varve.connect.source.config.StreamSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** Checks settings against the store that they name, and changes nothing there. */
public final class StoreCheck {

  private static final int NAMES_SHOWN_MAX = 20;

  private StoreCheck() {}

  /** What doesn't fit; none if all does. */
  public static List<Conflict> find(SourceSettings settings) {
    try (Store store = Store.openReadOnly(settings.storePath())) {
      return settings.mode() == Mode.REPLAY ? streamProblems(store, settings) : List.of();
    } catch (VarveException e) {
      return List.of(new Conflict(SourceConfigDef.STORE_PATH, String.valueOf(e.getMessage())));
    }
  }

  private static List<Conflict> streamProblems(Store store, SourceSettings settings) {
    List<Conflict> problems = new ArrayList<>();
    SortedSet<String> streams = store.streams();
    StreamSelection selection = settings.streams();
    List<String> missing = selection.missing(streams);
    if (!missing.isEmpty()) {
      problems.add(
          new Conflict(
              SourceConfigDef.STREAMS,
              "the store has no stream "
                  + String.join(", ", missing)
                  + "; "
                  + has(streams)
                  + ". To wait for streams to come, use mode=tail"));
    } else if (selection.select(streams).isEmpty()) {
      problems.add(
          new Conflict(
              SourceConfigDef.STREAMS,
              "the regular expression "
                  + selection
                  + " matches no stream; "
                  + has(streams)
                  + ". To wait for streams to come, use mode=tail"));
    } else if (settings.generation().kind() == GenerationChoice.Kind.NUMBER) {
      int number = settings.generation().number();
      List<String> without = Catalogue.of(store, selection).without(number);
      if (!without.isEmpty()) {
        problems.add(
            new Conflict(
                SourceConfigDef.GENERATION,
                "there is no generation " + number + " of " + String.join(", ", without)));
      }
    }
    return problems;
  }

  private static String has(SortedSet<String> streams) {
    if (streams.isEmpty()) {
      return "it has none yet";
    }
    List<String> shown = streams.stream().limit(NAMES_SHOWN_MAX).toList();
    return "it has "
        + String.join(", ", shown)
        + (streams.size() > shown.size()
            ? " and " + (streams.size() - shown.size()) + " more"
            : "");
  }
}
