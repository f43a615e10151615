package io.varve.flink.source.table;

import io.varve.field.Condition;
import io.varve.flink.source.EventRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/**
 * What of a query's conditions bounds offsets, times and partitions, or says something of fields,
 * so that the rest of the store needn't be read.
 *
 * @param range the bounds
 * @param condition what the fields of an event have to meet; never as much as the conditions say
 * @param accepted conditions that the bounds, or the fields, take account of
 * @param remaining conditions that are to be applied to rows still
 */
record PushedFilters(
    EventRange range,
    Condition condition,
    List<ResolvedExpression> accepted,
    List<ResolvedExpression> remaining) {

  /**
   * What a condition lets through, at most.
   *
   * @param exact whether it lets all of that through
   */
  private record Bound(EventRange range, boolean exact) {}

  /**
   * Takes conditions in.
   *
   * @param columns metadata columns by the names that the conditions have for them
   * @param fields what they need of the columns of keys and values
   */
  static PushedFilters of(
      List<ResolvedExpression> conditions,
      Map<String, EventColumn> columns,
      FieldConditions fields) {
    Conditions read = new Conditions(columns);
    EventRange range = EventRange.ALL;
    Condition condition = Condition.all();
    List<ResolvedExpression> accepted = new ArrayList<>();
    List<ResolvedExpression> remaining = new ArrayList<>();
    for (ResolvedExpression each : conditions) {
      Bound bound = read.bound(each);
      Condition met = fields.of(each);
      if (bound != null) {
        range = range.and(bound.range());
      }
      condition = Condition.and(condition, met);
      if (bound != null || !(met instanceof Condition.All)) {
        accepted.add(each);
      }
      if (bound == null || !bound.exact()) {
        remaining.add(each);
      }
    }
    return new PushedFilters(range, condition, accepted, remaining);
  }

  /** Reads conditions on metadata columns. */
  private record Conditions(Map<String, EventColumn> columns) {

    @Nullable Bound bound(ResolvedExpression condition) {
      if (!(condition instanceof CallExpression call)) {
        return null;
      }
      List<ResolvedExpression> arguments = call.getResolvedChildren();
      FunctionDefinition function = call.getFunctionDefinition();
      if (function == BuiltInFunctionDefinitions.AND) {
        return and(arguments);
      }
      if (function == BuiltInFunctionDefinitions.OR) {
        return or(arguments);
      }
      if (arguments.size() != 2) {
        return null;
      }
      EventColumn column = column(arguments.get(0));
      Object literal = literal(arguments.get(1));
      if (column != null && literal != null) {
        return compare(column, function, literal);
      }
      column = column(arguments.get(1));
      literal = literal(arguments.get(0));
      return column == null || literal == null
          ? null
          : compare(column, mirrored(function), literal);
    }

    /** Some of the parts suffice, but then the condition is still to be applied. */
    private @Nullable Bound and(List<ResolvedExpression> parts) {
      Bound all = null;
      boolean exact = true;
      for (ResolvedExpression part : parts) {
        Bound bound = bound(part);
        if (bound == null) {
          exact = false;
        } else {
          exact &= bound.exact();
          all = all == null ? bound : new Bound(all.range().and(bound.range()), exact);
        }
      }
      return all == null ? null : new Bound(all.range(), exact);
    }

    /** From the lowest to the highest of the parts, which may be more than they let through. */
    private @Nullable Bound or(List<ResolvedExpression> parts) {
      Bound all = null;
      for (ResolvedExpression part : parts) {
        Bound bound = bound(part);
        if (bound == null) {
          return null;
        }
        all =
            all == null
                ? bound
                : new Bound(
                    span(all.range(), bound.range()),
                    all.exact()
                        && bound.exact()
                        && isOfPartitions(all.range())
                        && isOfPartitions(bound.range()));
      }
      return all;
    }

    private @Nullable EventColumn column(ResolvedExpression expression) {
      ResolvedExpression inner = expression;
      if (inner instanceof CallExpression call
          && call.getFunctionDefinition() == BuiltInFunctionDefinitions.CAST) {
        inner = call.getResolvedChildren().get(0);
        if (!isSameValue(
            inner.getOutputDataType().getLogicalType(),
            call.getOutputDataType().getLogicalType())) {
          return null;
        }
      }
      return inner instanceof FieldReferenceExpression field ? columns.get(field.getName()) : null;
    }
  }

  private static boolean isOfPartitions(EventRange range) {
    return range.equals(
        new EventRange(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, range.partitions()));
  }

  private static EventRange span(EventRange one, EventRange other) {
    TreeSet<Integer> partitions = null;
    if (one.partitions() != null && other.partitions() != null) {
      partitions = new TreeSet<>(one.partitions());
      partitions.addAll(other.partitions());
    }
    return new EventRange(
        Math.min(one.fromOffset(), other.fromOffset()),
        Math.max(one.toOffset(), other.toOffset()),
        Math.min(one.fromTimeMs(), other.fromTimeMs()),
        Math.max(one.toTimeMs(), other.toTimeMs()),
        partitions);
  }

  /** Whether a cast leaves each value as it is: to null allowed, or to a wider number. */
  private static boolean isSameValue(LogicalType from, LogicalType to) {
    if (from instanceof LocalZonedTimestampType && to instanceof LocalZonedTimestampType time) {
      return time.getPrecision() >= 3;
    }
    return (from.is(LogicalTypeRoot.INTEGER) || from.is(LogicalTypeRoot.BIGINT))
        && (to.is(LogicalTypeRoot.BIGINT) || to.is(from.getTypeRoot()));
  }

  private static @Nullable Object literal(ResolvedExpression expression) {
    if (expression instanceof ValueLiteralExpression literal) {
      Optional<Object> value = literal.getValueAs(Object.class);
      return value.orElse(null);
    }
    return null;
  }

  private static FunctionDefinition mirrored(FunctionDefinition function) {
    if (function == BuiltInFunctionDefinitions.LESS_THAN) {
      return BuiltInFunctionDefinitions.GREATER_THAN;
    }
    if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
      return BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL;
    }
    if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
      return BuiltInFunctionDefinitions.LESS_THAN;
    }
    if (function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL) {
      return BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL;
    }
    return function;
  }

  private static @Nullable Bound compare(
      EventColumn column, FunctionDefinition function, Object literal) {
    long floor;
    boolean whole = true;
    if (column == EventColumn.TIMESTAMP) {
      if (!(literal instanceof Instant time)) {
        return null;
      }
      floor = time.toEpochMilli();
      whole = time.equals(Instant.ofEpochMilli(floor));
    } else if (column == EventColumn.OFFSET || column == EventColumn.PARTITION) {
      if (!(literal instanceof Long
          || literal instanceof Integer
          || literal instanceof Short
          || literal instanceof Byte)) {
        return null;
      }
      floor = ((Number) literal).longValue();
    } else {
      return null;
    }
    if (floor == Long.MAX_VALUE || floor == Long.MIN_VALUE) {
      return null;
    }
    long above = floor + 1;
    long at = whole ? floor : above;
    // The numbers from a first one to before a last one that the comparison lets through.
    long from = Long.MIN_VALUE;
    long to = Long.MAX_VALUE;
    if (function == BuiltInFunctionDefinitions.EQUALS) {
      from = at;
      to = whole ? above : at;
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
      from = above;
    } else if (function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL) {
      from = at;
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN) {
      to = at;
    } else if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
      to = above;
    } else {
      return null;
    }
    return range(column, from, to);
  }

  private static @Nullable Bound range(EventColumn column, long from, long to) {
    if (column == EventColumn.TIMESTAMP) {
      return new Bound(new EventRange(0, Long.MAX_VALUE, from, to, null), true);
    }
    if (column == EventColumn.OFFSET) {
      return new Bound(
          new EventRange(Math.max(0, from), Math.max(0, to), Long.MIN_VALUE, Long.MAX_VALUE, null),
          true);
    }
    // Only few partitions can be named one by one.
    if (to == Long.MAX_VALUE || to > 10_000) {
      return null;
    }
    TreeSet<Integer> partitions = new TreeSet<>();
    for (int number = (int) Math.max(0, from); number < to; number++) {
      partitions.add(number);
    }
    return new Bound(
        new EventRange(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, partitions), true);
  }
}
