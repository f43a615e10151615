package io.varve.query;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.varve.ReadRange;
import io.varve.Store;
import io.varve.event.StreamPartition;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted, as an expression in CEL, such as {@code value.customer_id == 42 &&
 * timestamp >= timestamp("2026-01-01T00:00:00Z")}. Its variables are {@code value}, {@code key},
 * {@code timestamp}, {@code offset}, {@code partition}, {@code stream} and {@code headers}.
 *
 * <p>An event is wanted if the expression is true of it. If it fails, because a field is missing or
 * has a type that it can't be compared with, the event is not wanted.
 *
 * <p>Thread: safe.
 */
public final class EventFilter {

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .evaluateCanonicalTypesToNativeValues(true)
          .build();

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setOptions(OPTIONS)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("value", SimpleType.DYN)
          .addVar("key", SimpleType.DYN)
          .addVar("timestamp", SimpleType.TIMESTAMP)
          .addVar("offset", SimpleType.INT)
          .addVar("partition", SimpleType.INT)
          .addVar("stream", SimpleType.STRING)
          .addVar("headers", MapType.create(SimpleType.STRING, SimpleType.DYN))
          .build();

  private static final CelRuntime RUNTIME =
      CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(OPTIONS).build();

  private final String text;
  private final CelAbstractSyntaxTree tree;
  private final CelRuntime.Program program;

  private EventFilter(String text, CelAbstractSyntaxTree tree, CelRuntime.Program program) {
    this.text = text;
    this.tree = tree;
    this.program = program;
  }

  /**
   * Compiles an expression.
   *
   * @throws BadFilterException if it is none, with the place and the reason
   */
  public static EventFilter compile(String text) {
    CelValidationResult result = COMPILER.compile(text);
    try {
      CelAbstractSyntaxTree tree = result.getAst();
      if (!tree.getResultType().equals(SimpleType.BOOL)
          && !tree.getResultType().equals(SimpleType.DYN)) {
        throw new BadFilterException(
            "The filter '"
                + text
                + "' gives "
                + tree.getResultType().name()
                + "; expected true or false, such as value.customer_id == 42");
      }
      return new EventFilter(text, tree, RUNTIME.createProgram(tree));
    } catch (CelValidationException e) {
      throw new BadFilterException(complaint(text, e));
    } catch (CelEvaluationException e) {
      throw new BadFilterException("The filter '" + text + "': " + e.getMessage());
    }
  }

  /** The first issue, and under the line where it is a mark. */
  private static String complaint(String text, CelValidationException e) {
    CelIssue first = e.getErrors().get(0);
    int line = first.getSourceLocation().getLine();
    int column = Math.max(0, first.getSourceLocation().getColumn());
    String[] lines = text.split("\n", -1);
    String shown = lines[Math.min(Math.max(line, 1), lines.length) - 1];
    return String.format(
        Locale.ROOT,
        "The filter is wrong at line %d, column %d: %s%n  %s%n  %s^",
        line,
        column + 1,
        first.getMessage(),
        shown,
        " ".repeat(Math.min(column, shown.length())));
  }

  /** The expression. */
  public String text() {
    return text;
  }

  CelRuntime.Program program() {
    return program;
  }

  /** What is to be read of a log for this filter. */
  public Plan plan(StreamPartition log) {
    return new Plan(this, log, new Planner(log, this::constant).need(tree.getExpr(), true));
  }

  /** The value of a part without variables; null if it has none. */
  private @Nullable Object constant(CelExpr part) {
    try {
      return RUNTIME
          .createProgram(
              CelAbstractSyntaxTree.newCheckedAst(
                  part, tree.getSource(), tree.getReferenceMap(), tree.getTypeMap()))
          .eval(Map.of());
    } catch (CelEvaluationException e) {
      return null;
    }
  }

  /**
   * Opens a log for reading the events that are wanted.
   *
   * @throws io.varve.base.NoSuchStreamException if the store does not hold it
   */
  public FilteredReader open(Store store, StreamPartition log, ReadRange range) {
    return plan(log).open(store, range);
  }

  @Override
  public String toString() {
    return text;
  }
}
