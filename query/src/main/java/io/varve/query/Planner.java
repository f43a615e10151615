package io.varve.query;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import io.varve.event.StreamPartition;
import io.varve.field.Condition;
import io.varve.field.KeyRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what an event of a log has to meet so that an expression may be true of it. What it
 * does not understand may be true of any event.
 *
 * <p>Thread: confined to one.
 */
final class Planner {

  /*
   * Of each part two things are asked: when may it be true, when may it be false. A negation swaps
   * them. A part that fails is neither, so what fails on one side of an "and" or "or" matters only
   * where the other side decides alone, as CEL has it: both sides of an "and" must be true, and of an
   * "or" both false.
   */

  private final StreamPartition log;
  private final Function<CelExpr, @Nullable Object> constants;

  /**
   * @param constants the value of an expression without variables; null if it has none
   */
  Planner(StreamPartition log, Function<CelExpr, @Nullable Object> constants) {
    this.log = log;
    this.constants = constants;
  }

  /** What must hold so that {@code expr} may be {@code wanted}. */
  Need need(CelExpr expr, boolean wanted) {
    if (isConstant(expr)) {
      Object value = constants.apply(expr);
      return value instanceof Boolean known ? Need.of(known == wanted) : Need.ALL;
    }
    if (expr.getKind() == Kind.SELECT && expr.select().testOnly()) {
      return presence(expr, wanted);
    }
    if (expr.getKind() == Kind.CALL) {
      return call(expr.call(), wanted);
    }
    String field = field(expr);
    return field == null ? Need.ALL : in(field, field + " == " + wanted, KeyRange.equalTo(wanted));
  }

  private static Need in(String field, String text, KeyRange... ranges) {
    return Need.of(new Condition.In(field, List.of(ranges), text));
  }

  private static Need presence(CelExpr expr, boolean wanted) {
    FieldPath path = path(expr.select().operand(), expr.select().field());
    if (path == null) {
      return Need.ALL;
    }
    String field = path.text();
    return wanted
        ? in(field, "has(" + field + ")", KeyRange.present())
        : in(field, "!has(" + field + ")", KeyRange.missing());
  }

  private Need call(CelExpr.CelCall call, boolean wanted) {
    List<CelExpr> args = call.args();
    return switch (call.function()) {
      case "!_" -> need(args.get(0), !wanted);
      case "_&&_" ->
          wanted
              ? need(args.get(0), true).and(need(args.get(1), true))
              : need(args.get(0), false).or(need(args.get(1), false));
      case "_||_" ->
          wanted
              ? need(args.get(0), true).or(need(args.get(1), true))
              : need(args.get(0), false).and(need(args.get(1), false));
      case "_?_:_" ->
          need(args.get(0), true)
              .and(need(args.get(1), wanted))
              .or(need(args.get(0), false).and(need(args.get(2), wanted)));
      case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" ->
          comparison(call.function(), args.get(0), args.get(1), wanted);
      case "@in" -> membership(args.get(0), args.get(1), wanted);
      case "startsWith" ->
          call.target().isPresent() && args.size() == 1
              ? beginning(call.target().get(), args.get(0), wanted)
              : Need.ALL;
      default -> Need.ALL;
    };
  }

  private Need beginning(CelExpr of, CelExpr text, boolean wanted) {
    String field = field(of);
    if (field == null || !isConstant(text) || !(constants.apply(text) instanceof String prefix)) {
      return Need.ALL;
    }
    return wanted
        ? in(field, field + ".startsWith(" + show(prefix) + ")", KeyRange.beginningWith(prefix))
        : in(field, field + " is a text", KeyRange.texts());
  }

  /** An operator, or the one that is its opposite, with a variable on one side. */
  private Need comparison(String function, CelExpr left, CelExpr right, boolean wanted) {
    boolean turned = isConstant(left);
    CelExpr variable = turned ? right : left;
    CelExpr constant = turned ? left : right;
    if (!isConstant(constant)) {
      return Need.ALL;
    }
    Object value = constants.apply(constant);
    if (value == null) {
      return Need.ALL;
    }
    String operator = function.substring(1, function.length() - 1);
    if (turned) {
      operator = turned(operator);
    }
    if (!wanted) {
      operator = opposite(operator);
    }
    if (variable.getKind() == Kind.IDENT) {
      switch (variable.ident().name()) {
        case "offset" -> {
          return offset(operator, value);
        }
        case "timestamp" -> {
          return timestamp(operator, value);
        }
        case "partition" -> {
          return value instanceof Long number
              ? Need.of(holds(operator, Long.compare(log.partition(), number)))
              : Need.ALL;
        }
        case "stream" -> {
          return value instanceof String name
              ? Need.of(holds(operator, log.stream().compareTo(name)))
              : Need.ALL;
        }
        default -> {}
      }
    }
    String field = field(variable);
    KeyRange[] ranges = field == null ? null : Ranges.of(operator, value, wanted);
    return field == null || ranges == null
        ? Need.ALL
        : in(field, field + " " + operator + " " + show(value), ranges);
  }

  private static String turned(String operator) {
    return switch (operator) {
      case "<" -> ">";
      case "<=" -> ">=";
      case ">" -> "<";
      case ">=" -> "<=";
      default -> operator;
    };
  }

  private static String opposite(String operator) {
    return switch (operator) {
      case "<" -> ">=";
      case "<=" -> ">";
      case ">" -> "<=";
      case ">=" -> "<";
      case "==" -> "!=";
      default -> "==";
    };
  }

  private static boolean holds(String operator, int order) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      case "==" -> order == 0;
      default -> order != 0;
    };
  }

  private static Need offset(String operator, Object value) {
    if (!(value instanceof Long number)) {
      return Need.ALL;
    }
    long behind = number == Long.MAX_VALUE ? number : number + 1;
    return switch (operator) {
      case "<" -> Need.offsets(0, Math.max(0, number));
      case "<=" -> Need.offsets(0, Math.max(0, behind));
      case ">" -> Need.offsets(behind, Long.MAX_VALUE);
      case ">=" -> Need.offsets(number, Long.MAX_VALUE);
      case "==" -> Need.offsets(number, Math.max(0, behind));
      default -> Need.ALL;
    };
  }

  /** Timestamps of events have milliseconds, the constant has more: a little too much is taken. */
  private static Need timestamp(String operator, Object value) {
    if (!(value instanceof Instant time)) {
      return Need.ALL;
    }
    long ms;
    try {
      ms = time.toEpochMilli();
    } catch (ArithmeticException e) {
      return Need.ALL;
    }
    return switch (operator) {
      case "<", "<=" -> Need.times(Long.MIN_VALUE, ms + 1);
      case ">", ">=" -> Need.times(ms, Long.MAX_VALUE);
      case "==" -> Need.times(ms, ms + 1);
      default -> Need.ALL;
    };
  }

  private Need membership(CelExpr variable, CelExpr list, boolean wanted) {
    if (!isConstant(list) || !(constants.apply(list) instanceof List<?> values)) {
      return Need.ALL;
    }
    String field = field(variable);
    if (field != null && wanted) {
      List<KeyRange> ranges = new ArrayList<>();
      for (Object value : values) {
        KeyRange[] of = Ranges.of("==", value, true);
        if (of == null) {
          return Need.ALL;
        }
        ranges.addAll(Arrays.asList(of));
      }
      String text = field + " in " + values.stream().map(Planner::show).toList();
      return in(field, text, ranges.toArray(KeyRange[]::new));
    }
    if (variable.getKind() == Kind.IDENT) {
      if (variable.ident().name().equals("stream")) {
        return Need.of(values.contains(log.stream()) == wanted);
      }
      if (variable.ident().name().equals("partition")
          && values.stream().allMatch(Long.class::isInstance)) {
        return Need.of(values.contains((long) log.partition()) == wanted);
      }
    }
    return Need.ALL;
  }

  /** The name of the field that an expression leads to, or null if it is another one. */
  private static @Nullable String field(CelExpr expr) {
    FieldPath path = path(expr);
    return path == null ? null : path.text();
  }

  private static @Nullable FieldPath path(CelExpr expr) {
    if (expr.getKind() == Kind.IDENT) {
      String name = expr.ident().name();
      return name.equals(FieldPath.VALUE) || name.equals(FieldPath.KEY)
          ? new FieldPath(name, List.of())
          : null;
    }
    CelExpr inside = null;
    String name = null;
    if (expr.getKind() == Kind.SELECT && !expr.select().testOnly()) {
      inside = expr.select().operand();
      name = expr.select().field();
    } else if (expr.getKind() == Kind.CALL
        && expr.call().function().equals("_[_]")
        && expr.call().args().get(1).getKind() == Kind.CONSTANT
        && expr.call().args().get(1).constant().getKind()
            == dev.cel.common.ast.CelConstant.Kind.STRING_VALUE) {
      inside = expr.call().args().get(0);
      name = expr.call().args().get(1).constant().stringValue();
    }
    return inside == null || name == null ? null : path(inside, name);
  }

  /** The path of a name within what {@code inside} leads to; null if it can't be written as one. */
  private static @Nullable FieldPath path(CelExpr inside, String name) {
    FieldPath parent = path(inside);
    boolean writable = !name.isBlank() && name.equals(name.strip()) && name.indexOf('.') < 0;
    if (parent == null || !writable) {
      return null;
    }
    List<String> names = new ArrayList<>(parent.names());
    names.add(name);
    return new FieldPath(parent.root(), List.copyOf(names));
  }

  /** Whether there is no variable in an expression. */
  private static boolean isConstant(CelExpr expr) {
    return switch (expr.getKind()) {
      case CONSTANT -> true;
      case LIST -> expr.list().elements().stream().allMatch(Planner::isConstant);
      case CALL ->
          expr.call().target().map(Planner::isConstant).orElse(true)
              && expr.call().args().stream().allMatch(Planner::isConstant);
      default -> false;
    };
  }

  static String show(Object value) {
    if (value instanceof String text) {
      return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
    if (value instanceof Instant) {
      return "timestamp(\"" + value + "\")";
    }
    if (value instanceof NullValue) {
      return "null";
    }
    if (value instanceof CelByteString bytes) {
      return "bytes of length " + bytes.size();
    }
    return value.toString();
  }
}
