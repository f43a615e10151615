package io.varve.flink.source.table;

import io.varve.field.Condition;
import io.varve.field.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.table.expressions.CallExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.expressions.ValueLiteralExpression;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what an event's fields have to meet so that a condition of a query may be true of its
 * row. What it does not understand may be true of any row. It never leaves out an event whose row
 * the condition is true of; it may let others through, so that the condition is still to be
 * applied.
 *
 * <p>Thread: confined to the planner's.
 */
final class FieldConditions {

  /*
   * SQL knows true, false and unknown. Of each part two things are asked: when may it be true, when
   * may it be false. "Not" swaps them, and unknown is neither; so a comparison needs, either way, a
   * field that is there and not null.
   */

  /** Names that are the same in Avro and in Kafka Connect. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * A field that a column is read from.
   *
   * @param path as the store's indexes name it
   * @param type the column's type, in which the field is read
   * @param compared the type in which the column is compared
   */
  record Field(String path, LogicalType type, LogicalType compared) {}

  private final Map<String, Field> columns;

  /**
   * @param columns columns by the names that conditions have for them, as far as they are read by
   *     the format for the store's Avro
   */
  FieldConditions(Map<String, Field> columns) {
    this.columns = columns;
  }

  /** Whether a field's name is one that indexes find it by. */
  static boolean isFieldName(String name) {
    return NAME.matcher(name).matches();
  }

  /** What an event has to meet so that {@code condition} may be true of its row. */
  Condition of(ResolvedExpression condition) {
    return columns.isEmpty() ? Condition.all() : need(condition, true);
  }

  private Condition need(ResolvedExpression expression, boolean wanted) {
    if (expression instanceof ValueLiteralExpression literal) {
      return literal.getValueAs(Boolean.class).orElse(!wanted) == wanted
          ? Condition.all()
          : Condition.none();
    }
    Field field = field(expression);
    if (field != null) {
      return in(field, expression, FieldRanges.equalTo(field, wanted));
    }
    return expression instanceof CallExpression call ? call(call, wanted) : Condition.all();
  }

  private Condition call(CallExpression call, boolean wanted) {
    List<ResolvedExpression> arguments = call.getResolvedChildren();
    FunctionDefinition function = call.getFunctionDefinition();
    if (function == BuiltInFunctionDefinitions.NOT) {
      return need(arguments.get(0), !wanted);
    }
    if (function == BuiltInFunctionDefinitions.AND || function == BuiltInFunctionDefinitions.OR) {
      boolean all = (function == BuiltInFunctionDefinitions.AND) == wanted;
      Condition[] parts =
          arguments.stream().map(part -> need(part, wanted)).toArray(Condition[]::new);
      return all ? Condition.and(parts) : Condition.or(parts);
    }
    if (function == BuiltInFunctionDefinitions.IS_TRUE) {
      return wanted ? need(arguments.get(0), true) : Condition.all();
    }
    if (function == BuiltInFunctionDefinitions.IS_FALSE) {
      return wanted ? need(arguments.get(0), false) : Condition.all();
    }
    if (function == BuiltInFunctionDefinitions.IS_NOT_TRUE) {
      return wanted ? Condition.all() : need(arguments.get(0), true);
    }
    if (function == BuiltInFunctionDefinitions.IS_NOT_FALSE) {
      return wanted ? Condition.all() : need(arguments.get(0), false);
    }
    Field field = arguments.isEmpty() ? null : field(arguments.get(0));
    if (function == BuiltInFunctionDefinitions.IS_NULL
        || function == BuiltInFunctionDefinitions.IS_NOT_NULL) {
      boolean isNull = (function == BuiltInFunctionDefinitions.IS_NULL) == wanted;
      return field == null
          ? Condition.all()
          : in(field, call, isNull ? FieldRanges.nulls() : FieldRanges.something());
    }
    if (field != null && function == BuiltInFunctionDefinitions.IN) {
      return membership(call, field, arguments.subList(1, arguments.size()), wanted);
    }
    if (field != null && function == BuiltInFunctionDefinitions.LIKE) {
      // With an escape, which comes third, a pattern's beginning isn't the text that it stands for.
      Object pattern = arguments.size() == 2 ? literal(arguments.get(1)) : null;
      return in(
          field,
          call,
          wanted && pattern instanceof String text
              ? FieldRanges.like(field, text)
              : FieldRanges.something());
    }
    return arguments.size() == 2 ? comparison(call, field, wanted) : Condition.all();
  }

  private Condition comparison(CallExpression call, @Nullable Field left, boolean wanted) {
    Comparison comparison = Comparison.of(call.getFunctionDefinition());
    if (comparison == null) {
      return Condition.all();
    }
    List<ResolvedExpression> arguments = call.getResolvedChildren();
    Field field = left;
    ResolvedExpression constant = arguments.get(1);
    if (field == null) {
      field = field(arguments.get(1));
      constant = arguments.get(0);
      comparison = comparison.turned();
    }
    if (field == null) {
      return Condition.all();
    }
    if (constant instanceof ValueLiteralExpression literal && literal.isNull()) {
      return Condition.none();
    }
    Object value = literal(constant);
    return in(
        field,
        call,
        value == null
            ? FieldRanges.something()
            : FieldRanges.of(field, wanted ? comparison : comparison.opposite(), value));
  }

  private static Condition membership(
      CallExpression call, Field field, List<ResolvedExpression> elements, boolean wanted) {
    List<KeyRange> ranges = new ArrayList<>();
    for (ResolvedExpression element : elements) {
      Object value = literal(element);
      if (!wanted || (value == null && !(element instanceof ValueLiteralExpression))) {
        return in(field, call, FieldRanges.something());
      }
      if (value != null) {
        ranges.addAll(FieldRanges.of(field, Comparison.EQUAL, value));
      }
    }
    return in(field, call, ranges);
  }

  private static Condition in(Field field, ResolvedExpression said, List<KeyRange> ranges) {
    return ranges.isEmpty()
        ? Condition.none()
        : new Condition.In(field.path(), List.copyOf(ranges), said.asSummaryString());
  }

  /** The field that an expression is, as it is or in a type that leaves its value as it is. */
  private @Nullable Field field(ResolvedExpression expression) {
    if (expression instanceof FieldReferenceExpression reference) {
      return columns.get(reference.getName());
    }
    if (!(expression instanceof CallExpression call)) {
      return null;
    }
    List<ResolvedExpression> arguments = call.getResolvedChildren();
    Field inner = arguments.isEmpty() ? null : field(arguments.get(0));
    if (inner == null) {
      return null;
    }
    LogicalType type = call.getOutputDataType().getLogicalType();
    if (call.getFunctionDefinition() == BuiltInFunctionDefinitions.CAST) {
      return inner.compared().equals(inner.type()) && FieldRanges.keepsValue(inner.type(), type)
          ? new Field(inner.path(), inner.type(), type)
          : null;
    }
    if (call.getFunctionDefinition() == BuiltInFunctionDefinitions.GET
        && inner.type().is(LogicalTypeRoot.ROW)
        && literal(arguments.get(1)) instanceof String name
        && isFieldName(name)) {
      return new Field(inner.path() + "." + name, type, type);
    }
    return null;
  }

  private static @Nullable Object literal(ResolvedExpression expression) {
    return expression instanceof ValueLiteralExpression literal
        ? literal.getValueAs(Object.class).orElse(null)
        : null;
  }

  /** How two values compare. */
  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST;

    static @Nullable Comparison of(FunctionDefinition function) {
      if (function == BuiltInFunctionDefinitions.EQUALS) {
        return EQUAL;
      }
      if (function == BuiltInFunctionDefinitions.NOT_EQUALS) {
        return NOT_EQUAL;
      }
      if (function == BuiltInFunctionDefinitions.LESS_THAN) {
        return LESS;
      }
      if (function == BuiltInFunctionDefinitions.LESS_THAN_OR_EQUAL) {
        return AT_MOST;
      }
      if (function == BuiltInFunctionDefinitions.GREATER_THAN) {
        return GREATER;
      }
      return function == BuiltInFunctionDefinitions.GREATER_THAN_OR_EQUAL ? AT_LEAST : null;
    }

    /** The same with the sides exchanged. */
    Comparison turned() {
      return switch (this) {
        case LESS -> GREATER;
        case AT_MOST -> AT_LEAST;
        case GREATER -> LESS;
        case AT_LEAST -> AT_MOST;
        default -> this;
      };
    }

    /** What is true where this is false. */
    Comparison opposite() {
      return switch (this) {
        case EQUAL -> NOT_EQUAL;
        case NOT_EQUAL -> EQUAL;
        case LESS -> AT_LEAST;
        case AT_MOST -> GREATER;
        case GREATER -> AT_MOST;
        case AT_LEAST -> LESS;
      };
    }

    /** Whether values up to a bound may meet it. */
    boolean downwards() {
      return this == LESS || this == AT_MOST;
    }
  }
}
