package io.varve.flink.source.discover;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which streams of a store are read: some by their names, or all that a pattern matches.
 *
 * @param names their names, if there is no pattern
 * @param pattern what a whole name must match, or null
 */
public record StreamSelection(List<String> names, @Nullable Pattern pattern)
    implements Serializable {

  public static StreamSelection named(List<String> names) {
    return new StreamSelection(new ArrayList<>(names), null);
  }

  public static StreamSelection matching(Pattern pattern) {
    return new StreamSelection(new ArrayList<>(), pattern);
  }

  /**
   * The chosen ones among those that there are.
   *
   * @throws IllegalArgumentException if a stream that is named isn't there
   */
  SortedSet<String> choose(SortedSet<String> streams, String store) {
    SortedSet<String> chosen = new TreeSet<>();
    Pattern matched = pattern;
    if (matched != null) {
      streams.stream().filter(name -> matched.matcher(name).matches()).forEach(chosen::add);
      return chosen;
    }
    for (String name : names) {
      if (!streams.contains(name)) {
        throw new IllegalArgumentException(
            "No stream '" + name + "' in the store " + store + "; its streams are " + streams);
      }
      chosen.add(name);
    }
    return chosen;
  }

  @Override
  public String toString() {
    Pattern matched = pattern;
    return matched == null ? String.join(", ", names) : "streams that match " + matched;
  }
}
