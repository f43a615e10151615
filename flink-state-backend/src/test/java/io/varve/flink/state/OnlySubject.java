package io.varve.flink.state;

import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Leaves out those runs of Flink's integration cases that are of its other backends: a case runs
 * once for each value of its parameters, and has the backend's name in its display name.
 */
public final class OnlySubject implements ExecutionCondition {
  private static final Pattern OTHERS =
      Pattern.compile(
          "hashmap|forst|testWithMemoryBackend|testWithFsBackend|testExternalizedFS"
              + "|= ?(MEM|FILE)\\b|HEAP, incremental",
          Pattern.CASE_INSENSITIVE);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return context.getTestMethod().isPresent() && OTHERS.matcher(context.getDisplayName()).find()
        ? ConditionEvaluationResult.disabled("Of another backend: " + context.getDisplayName())
        : ConditionEvaluationResult.enabled("Of the subject");
  }
}
