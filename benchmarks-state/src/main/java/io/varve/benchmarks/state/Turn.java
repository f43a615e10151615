package io.varve.benchmarks.state;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One backend measured by one suite in one round: what the process was asked for, and where its
 * results go. Thread: confined to one.
 */
final class Turn {

  /** What a process is asked for. */
  record Request(
      String backend,
      int round,
      Suite suite,
      Sizes sizes,
      Map<String, String> configuration,
      String only,
      String folder) {}

  /** Work that may fail. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  private final Request request;
  private final Pattern only;
  private final Consumer<Result> results;
  private final Consumer<String> progress;
  private final Set<String> failed = new HashSet<>();

  Turn(Request request, Consumer<Result> results, Consumer<String> progress) {
    this.request = request;
    this.only = Pattern.compile(request.only());
    this.results = results;
    this.progress = progress;
  }

  Sizes sizes() {
    return request.sizes();
  }

  Suite suite() {
    return request.suite();
  }

  String backend() {
    return request.backend();
  }

  Map<String, String> configuration() {
    return request.configuration();
  }

  Path folder() {
    return Path.of(request.folder());
  }

  boolean wants(String row) {
    return only.matcher(row).find();
  }

  void progress(String text) {
    progress.accept(text);
  }

  void report(String row, String unit, double value) {
    report(row, unit, List.of(value));
  }

  void report(String row, String unit, List<Double> values) {
    if (wants(row)) {
      results.accept(result(row, unit, values, null, null));
      progress.accept(row + " " + Spread.of(values) + " " + unit);
    }
  }

  /** Reports a value of a job that also came to an answer. */
  void report(String row, String unit, double value, String answer) {
    if (wants(row)) {
      results.accept(result(row, unit, List.of(value), answer, null));
      progress.accept(row + " " + Spread.number(value) + " " + unit + ", " + answer);
    }
  }

  /** Does it; a failure is reported as the row's. */
  void attempt(String row, Work work) {
    try {
      work.run();
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      fail(row, e);
    }
  }

  void fail(String row, Throwable failure) {
    if (failed.add(row)) {
      results.accept(result(row, "", List.of(), null, failure.toString()));
      progress.accept(row + " failed");
      failure.printStackTrace();
    }
  }

  private Result result(
      String row,
      String unit,
      List<Double> values,
      @Nullable String answer,
      @Nullable String failure) {
    return new Result(
        request.backend(), request.round(), request.suite(), row, unit, values, answer, failure);
  }
}
