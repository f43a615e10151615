package io.varve.connect.source.config;

import io.varve.event.StreamPartition;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which streams are replayed: a list of names, or one regular expression.
 *
 * <p>How they are told apart: if every part between commas could be a stream's name (letters,
 * digits, {@code . _ -}), it is a list; else the whole text is a regular expression that a stream's
 * whole name must match. So {@code orders.v1} is a name and {@code orders.*} an expression.
 *
 * <p>Thread: immutable.
 */
public final class StreamSelection {

  static final String ALLOWED =
      "stream names separated by commas, or one regular expression like orders.*|payments";

  private static final Pattern NAME_CHARACTERS = Pattern.compile("[A-Za-z0-9._-]+");

  private final String text;
  private final List<String> names;
  private final Pattern pattern;
  private final @Nullable String suffixLeftOut;

  private StreamSelection(
      String text, List<String> names, Pattern pattern, @Nullable String suffixLeftOut) {
    this.text = text;
    this.names = names;
    this.pattern = pattern;
    this.suffixLeftOut = suffixLeftOut;
  }

  /** IllegalArgumentException, with what is wrong, if {@code text} is neither. */
  static StreamSelection parse(String text) {
    String trimmed = text.trim();
    List<String> parts = Arrays.stream(trimmed.split(",")).map(String::trim).toList();
    if (parts.stream().anyMatch(String::isEmpty) || trimmed.endsWith(",")) {
      throw new IllegalArgumentException("there is an empty name in '" + text + "'");
    }
    if (parts.stream().allMatch(part -> NAME_CHARACTERS.matcher(part).matches())) {
      parts.stream()
          .filter(part -> !StreamPartition.isStreamName(part))
          .findFirst()
          .ifPresent(
              part -> {
                throw new IllegalArgumentException("'" + part + "' can't be a stream's name");
              });
      return new StreamSelection(
          trimmed, parts.stream().distinct().toList(), Pattern.compile(""), null);
    }
    return new StreamSelection(trimmed, List.of(), compile(trimmed, parts), null);
  }

  /** The same without streams whose names end in {@code suffix}. */
  StreamSelection withoutSuffix(String suffix) {
    return new StreamSelection(text, names, pattern, suffix);
  }

  /** The names of a list that end in {@code suffix}; none for an expression. */
  List<String> namesWithSuffix(String suffix) {
    return names.stream().filter(name -> name.endsWith(suffix)).toList();
  }

  private static Pattern compile(String text, List<String> parts) {
    if (text.chars().anyMatch(c -> c == '/' || c <= ' ')) {
      throw new IllegalArgumentException(
          "'" + text + "' can't match: no stream's name has slashes or blanks");
    }
    if (parts.size() > 1 && parts.stream().anyMatch(StreamPartition::isStreamName)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' mixes names and expressions; join them by '|': "
              + String.join("|", parts));
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  /** Whether the stream of this name is replayed. */
  public boolean matches(String stream) {
    if (suffixLeftOut != null && stream.endsWith(suffixLeftOut)) {
      return false;
    }
    return isPattern() ? pattern.matcher(stream).matches() : names.contains(stream);
  }

  /** Those of {@code streams} that are replayed. */
  public SortedSet<String> select(Collection<String> streams) {
    SortedSet<String> selected = new TreeSet<>();
    streams.stream().filter(this::matches).forEach(selected::add);
    return selected;
  }

  /** The names of a list that are not among {@code streams}; none for an expression. */
  public List<String> missing(Collection<String> streams) {
    return names.stream().filter(name -> !streams.contains(name)).toList();
  }

  /** Whether this is an expression, not a list. */
  public boolean isPattern() {
    return names.isEmpty();
  }

  @Override
  public String toString() {
    return text;
  }
}
