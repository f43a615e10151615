package io.varve.flink.source.table;

import io.varve.flink.source.ExpiredOffset;
import io.varve.flink.source.VarveSourceBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.factories.FactoryUtil;

/** What can be said of a table in its {@code WITH}. */
final class TableOptions {

  /** Where reading begins. */
  enum Startup {
    EARLIEST_OFFSET,
    LATEST_OFFSET,
    SPECIFIC_OFFSETS,
    TIMESTAMP,
    GROUP_OFFSETS;

    @Override
    public String toString() {
      return word(this);
    }
  }

  /** Where a group is that has committed nothing. */
  enum OffsetReset {
    NONE,
    EARLIEST,
    LATEST;

    @Override
    public String toString() {
      return word(this);
    }
  }

  /** Where reading ends. */
  enum End {
    UNBOUNDED,
    LATEST_OFFSET,
    SPECIFIC_OFFSETS,
    TIMESTAMP,
    GROUP_OFFSETS;

    @Override
    public String toString() {
      return word(this);
    }
  }

  /** What an event without a value is in the table. */
  enum Tombstones {
    NULLS,
    SKIP;

    @Override
    public String toString() {
      return word(this);
    }
  }

  /** Which columns the value's format reads. */
  enum ValueFields {
    ALL,
    EXCEPT_KEY
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static final ConfigOption<String> STORE_PATH =
      ConfigOptions.key("store.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The store's folder: an absolute path, the same on the job manager and on every task"
                  + " manager.");

  static final ConfigOption<String> STREAMS =
      ConfigOptions.key("streams")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Names of streams separated by commas, or one regular expression that a whole name"
                  + " must match.");

  static final ConfigOption<String> GENERATION =
      ConfigOptions.key("generation")
          .stringType()
          .defaultValue("latest")
          .withDescription(
              "Which generations of a stream: latest (and what comes after it), all, or a number"
                  + " from 1.");

  static final ConfigOption<String> FORMAT =
      ConfigOptions.key(FactoryUtil.FORMAT.key())
          .stringType()
          .noDefaultValue()
          .withDescription("The format of values: varve-avro, or one of Flink's.");

  static final ConfigOption<String> KEY_FORMAT =
      ConfigOptions.key("key" + FactoryUtil.FORMAT_SUFFIX)
          .stringType()
          .noDefaultValue()
          .withDescription("The format of keys, for the columns in key.fields.");

  static final ConfigOption<String> VALUE_FORMAT =
      ConfigOptions.key("value" + FactoryUtil.FORMAT_SUFFIX)
          .stringType()
          .noDefaultValue()
          .withDescription("The same as format.");

  static final ConfigOption<List<String>> KEY_FIELDS =
      ConfigOptions.key("key.fields")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription("Columns that are read from the key, separated by semicolons.");

  static final ConfigOption<String> KEY_FIELDS_PREFIX =
      ConfigOptions.key("key.fields-prefix")
          .stringType()
          .defaultValue("")
          .withDescription("What the names of the key's columns begin with, for the table alone.");

  static final ConfigOption<ValueFields> VALUE_FIELDS =
      ConfigOptions.key("value.fields-include")
          .enumType(ValueFields.class)
          .defaultValue(ValueFields.ALL)
          .withDescription("Whether the value has the key's columns, too.");

  static final ConfigOption<Tombstones> TOMBSTONES =
      ConfigOptions.key("value.tombstones")
          .enumType(Tombstones.class)
          .defaultValue(Tombstones.NULLS)
          .withDescription(
              "What an event without a value is: a row whose value columns are null, or none.");

  static final ConfigOption<Startup> STARTUP =
      ConfigOptions.key("scan.startup.mode")
          .enumType(Startup.class)
          .defaultValue(Startup.EARLIEST_OFFSET)
          .withDescription(
              "Where reading begins. With timestamp: only events with that timestamp or a later"
                  + " one, wherever they stand. With group-offsets: where the group of group.id"
                  + " is.");

  static final ConfigOption<String> STARTUP_OFFSETS =
      ConfigOptions.key("scan.startup.specific-offsets")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The first offset of each partition, as partition:0,offset:42;partition:1,offset:300."
                  + " Partitions that are not named begin at the earliest.");

  static final ConfigOption<Long> STARTUP_TIMESTAMP =
      ConfigOptions.key("scan.startup.timestamp-millis")
          .longType()
          .noDefaultValue()
          .withDescription("The timestamp to begin with, milliseconds since 1970.");

  static final ConfigOption<End> BOUNDED =
      ConfigOptions.key("scan.bounded.mode")
          .enumType(End.class)
          .noDefaultValue()
          .withDescription(
              "Where reading ends. Default: unbounded, in batch mode latest-offset. With"
                  + " timestamp: only events with an earlier one, of those that are there when the"
                  + " job begins. With group-offsets: before where the group of group.id is then.");

  static final ConfigOption<String> BOUNDED_OFFSETS =
      ConfigOptions.key("scan.bounded.specific-offsets")
          .stringType()
          .noDefaultValue()
          .withDescription("The first offset of each partition that is not read any more.");

  static final ConfigOption<Long> BOUNDED_TIMESTAMP =
      ConfigOptions.key("scan.bounded.timestamp-millis")
          .longType()
          .noDefaultValue()
          .withDescription("The timestamp to end before, milliseconds since 1970.");

  static final ConfigOption<String> GROUP =
      ConfigOptions.key("group.id")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "A group of consumers in the store, without members. At each checkpoint it is told"
                  + " where the table's scan is, unless group.commit is false.");

  static final ConfigOption<Boolean> GROUP_COMMIT =
      ConfigOptions.key("group.commit")
          .booleanType()
          .defaultValue(true)
          .withDescription("Whether the group of group.id is told where the scan is.");

  static final ConfigOption<OffsetReset> GROUP_RESET =
      ConfigOptions.key("group.offset-reset")
          .enumType(OffsetReset.class)
          .defaultValue(OffsetReset.NONE)
          .withDescription(
              "With group-offsets, the place in partitions of which the group has committed"
                  + " nothing: earliest, latest, or none, which fails.");

  static final ConfigOption<String> FILTER =
      ConfigOptions.key("scan.filter")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Which events are rows at all: an expression in CEL over value, key, headers,"
                  + " timestamp, offset, partition and stream. Indexes of fields lead to them.");

  static final ConfigOption<ExpiredOffset> EXPIRED =
      ConfigOptions.key("scan.expired-offset")
          .enumType(ExpiredOffset.class)
          .defaultValue(ExpiredOffset.FAIL)
          .withDescription(
              "What to do when events that were to be read are gone by retention: fail, or go on"
                  + " with the earliest that is left.");

  static final ConfigOption<Duration> DISCOVERY =
      ConfigOptions.key("scan.discovery.interval")
          .durationType()
          .defaultValue(VarveSourceBuilder.DISCOVERY_INTERVAL)
          .withDescription(
              "How often an unbounded table looks for new streams, partitions and generations; 0"
                  + " for once.");

  static final ConfigOption<Long> SPLIT_OFFSETS =
      ConfigOptions.key("scan.split.offsets")
          .longType()
          .noDefaultValue()
          .withDescription(
              "Cuts the partitions of a bounded table into pieces of as many offsets, read by all"
                  + " subtasks at once. The order within a partition is then not kept.");

  static final ConfigOption<Integer> PARALLELISM =
      ConfigOptions.key(FactoryUtil.SOURCE_PARALLELISM.key())
          .intType()
          .noDefaultValue()
          .withDescription("Subtasks of the source. Default: the job's.");

  private static final List<ConfigOption<?>> ALL =
      List.of(
          STORE_PATH,
          STREAMS,
          GENERATION,
          FORMAT,
          VALUE_FORMAT,
          KEY_FORMAT,
          KEY_FIELDS,
          KEY_FIELDS_PREFIX,
          VALUE_FIELDS,
          TOMBSTONES,
          STARTUP,
          STARTUP_OFFSETS,
          STARTUP_TIMESTAMP,
          BOUNDED,
          BOUNDED_OFFSETS,
          BOUNDED_TIMESTAMP,
          GROUP,
          GROUP_COMMIT,
          GROUP_RESET,
          FILTER,
          EXPIRED,
          DISCOVERY,
          SPLIT_OFFSETS,
          PARALLELISM);

  private TableOptions() {}

  /** All, in the order in which they are documented. */
  static List<ConfigOption<?>> all() {
    return ALL;
  }
}
