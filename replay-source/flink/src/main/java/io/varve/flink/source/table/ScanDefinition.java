package io.varve.flink.source.table;

import io.varve.event.StreamPartition;
import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.LogName;
import io.varve.flink.source.LogPlace;
import io.varve.flink.source.VarveSource;
import io.varve.flink.source.VarveSourceBuilder;
import io.varve.flink.source.table.TableOptions.End;
import io.varve.flink.source.table.TableOptions.Startup;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.jspecify.annotations.Nullable;

/**
 * What a table reads.
 *
 * @param streams names separated by commas, or one regular expression
 * @param stop null for a table that follows its streams
 * @param group the group that is told where the scan is, or null
 * @param filter in CEL, or null
 * @param splitOffsets 0 for whole partitions
 * @param parallelism null for what the job has
 */
record ScanDefinition(
    String path,
    String streams,
    String generation,
    LogPlace start,
    @Nullable LogPlace stop,
    @Nullable String group,
    @Nullable String filter,
    ExpiredOffset expired,
    Duration discovery,
    long splitOffsets,
    @Nullable Integer parallelism) {

  private static final Pattern PARTITION_OFFSET =
      Pattern.compile("\\s*partition:(\\d{1,9}),\\s*offset:(\\d{1,18})\\s*");

  static ScanDefinition of(ReadableConfig options, boolean batch) {
    String streams = options.get(TableOptions.STREAMS);
    Startup startup = options.get(TableOptions.STARTUP);
    LogPlace start =
        switch (startup) {
          case EARLIEST_OFFSET -> LogPlace.earliest();
          case LATEST_OFFSET -> LogPlace.latest();
          case SPECIFIC_OFFSETS ->
              LogPlace.offsets(offsets(options, TableOptions.STARTUP_OFFSETS, streams));
          case TIMESTAMP -> LogPlace.time(given(options, TableOptions.STARTUP_TIMESTAMP, startup));
          case GROUP_OFFSETS -> committed(options, startup);
        };
    End end =
        options.getOptional(TableOptions.BOUNDED).orElse(batch ? End.LATEST_OFFSET : End.UNBOUNDED);
    LogPlace stop =
        switch (end) {
          case UNBOUNDED -> null;
          case LATEST_OFFSET -> LogPlace.latest();
          case SPECIFIC_OFFSETS ->
              LogPlace.offsets(offsets(options, TableOptions.BOUNDED_OFFSETS, streams));
          case TIMESTAMP -> LogPlace.time(given(options, TableOptions.BOUNDED_TIMESTAMP, end));
          case GROUP_OFFSETS -> committed(options, end);
        };
    ScanDefinition scan =
        new ScanDefinition(
            options.get(TableOptions.STORE_PATH),
            streams,
            options.get(TableOptions.GENERATION),
            start,
            stop,
            options.get(TableOptions.GROUP_COMMIT)
                ? options.getOptional(TableOptions.GROUP).orElse(null)
                : null,
            options.getOptional(TableOptions.FILTER).orElse(null),
            options.get(TableOptions.EXPIRED),
            options.get(TableOptions.DISCOVERY),
            options.getOptional(TableOptions.SPLIT_OFFSETS).orElse(0L),
            options.getOptional(TableOptions.PARALLELISM).orElse(null));
    scan.check();
    return scan;
  }

  private static LogPlace committed(ReadableConfig options, Enum<?> mode) {
    String group = given(options, TableOptions.GROUP, mode);
    try {
      return switch (options.get(TableOptions.GROUP_RESET)) {
        case NONE -> LogPlace.committed(group);
        case EARLIEST -> LogPlace.committed(group, LogPlace.earliest());
        case LATEST -> LogPlace.committed(group, LogPlace.latest());
      };
    } catch (IllegalArgumentException e) {
      throw new ValidationException("Invalid option 'group.id': " + e.getMessage(), e);
    }
  }

  private static <T> T given(ReadableConfig options, ConfigOption<T> option, Enum<?> mode) {
    return options
        .getOptional(option)
        .orElseThrow(
            () -> new ValidationException("'" + option.key() + "' is needed with mode " + mode));
  }

  private static Map<LogName, Long> offsets(
      ReadableConfig options, ConfigOption<String> option, String streams) {
    String text = options.getOptional(option).orElse("");
    List<String> names = names(streams);
    Map<LogName, Long> offsets = new HashMap<>();
    for (String part : text.split(";", -1)) {
      Matcher matcher = PARTITION_OFFSET.matcher(part);
      if (names == null || !matcher.matches()) {
        throw new ValidationException(
            "Invalid value '"
                + text
                + "' for option '"
                + option.key()
                + "' with streams '"
                + streams
                + "': expected partition:0,offset:42;partition:1,offset:300, and streams by their"
                + " names");
      }
      for (String name : names) {
        offsets.put(
            new LogName(name, Integer.parseInt(matcher.group(1))),
            Long.parseLong(matcher.group(2)));
      }
    }
    return offsets;
  }

  /** The streams' names, or null if it is an expression. */
  private static @Nullable List<String> names(String streams) {
    List<String> names = Arrays.stream(streams.split(",", -1)).map(String::strip).toList();
    return names.stream().allMatch(StreamPartition::isStreamName) ? names : null;
  }

  private void check() {
    try {
      VarveSourceBuilder<Object> builder = VarveSource.builder();
      applyTo(builder);
    } catch (PatternSyntaxException e) {
      throw new ValidationException(
          "Invalid value '"
              + streams
              + "' for option 'streams': expected names separated by commas, or a regular"
              + " expression: "
              + e.getMessage(),
          e);
    } catch (IllegalArgumentException e) {
      throw new ValidationException(String.valueOf(e.getMessage()), e);
    }
    if (splitOffsets > 0 && stop == null) {
      throw new ValidationException(
          "'" + TableOptions.SPLIT_OFFSETS.key() + "' needs a bounded table");
    }
    if (splitOffsets > 0 && group != null) {
      throw new ValidationException(
          "'"
              + TableOptions.SPLIT_OFFSETS.key()
              + "' reads pieces of partitions at the same time, of which a group can't be told: set"
              + " 'group.commit' = 'false'");
    }
  }

  boolean isBounded() {
    return stop != null;
  }

  /** Sets what this is on a source. */
  void applyTo(VarveSourceBuilder<?> builder) {
    builder.setStore(path).setStart(start).setExpiredOffset(expired);
    builder.setDiscoveryInterval(discovery);
    if (group != null) {
      builder.setGroupId(group);
    }
    if (filter != null) {
      builder.setFilter(filter);
    }
    List<String> names = names(streams);
    if (names == null) {
      builder.setStreamPattern(Pattern.compile(streams));
    } else {
      builder.setStreams(names);
    }
    if (generation.equals("all")) {
      builder.setAllGenerations();
    } else if (generation.matches("[1-9]\\d{0,8}")) {
      builder.setGeneration(Integer.parseInt(generation));
    } else if (!generation.equals("latest")) {
      throw new IllegalArgumentException(
          "Invalid value '"
              + generation
              + "' for option 'generation': expected latest, all, or a"
              + " number from 1");
    }
    if (stop != null) {
      builder.setBounded(stop);
    }
    if (splitOffsets != 0) {
      builder.setSplitOffsets(splitOffsets);
    }
  }
}
