package io.varve.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * What a check has found.
 *
 * @param problems everything that is not as it was written, in the order in which it was met
 * @param unnamed paths of files that nothing names: what dead writers left, or a running one is
 *     making just now
 * @param notes what is worth knowing and no problem
 * @param counts what was checked
 */
public record VerifyReport(
    List<Problem> problems, List<String> unnamed, List<String> notes, Counts counts) {

  public VerifyReport {
    problems = List.copyOf(problems);
    unnamed = List.copyOf(unnamed);
    notes = List.copyOf(notes);
  }

  /** What was checked; bytes are those of segments. */
  public record Counts(
      int logs, int schemas, int segments, long batches, long events, long bytes) {}

  /** Whether everything is as it was written. */
  public boolean sound() {
    return problems.isEmpty();
  }

  /** Collects a report. */
  static final class Builder {

    private final VerifyListener listener;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> unnamed = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long bytesTotal;
    private int logs;
    private int schemas;
    private int segments;
    private long batches;
    private long events;
    private long bytes;

    Builder(VerifyListener listener) {
      this.listener = listener;
    }

    void expect(long bytesToCome) {
      bytesTotal += bytesToCome;
    }

    void problem(Problem problem) {
      problems.add(problem);
    }

    void unnamed(String path) {
      unnamed.add(path);
    }

    void note(String note) {
      notes.add(note);
    }

    void log() {
      logs++;
    }

    void schema() {
      schemas++;
    }

    void segment() {
      segments++;
    }

    void batch(int eventCount) {
      batches++;
      events += eventCount;
    }

    void bytes(long count) {
      bytes += count;
      // More than was expected may have been written meanwhile.
      listener.advanced(bytes, Math.max(bytes, bytesTotal));
    }

    VerifyReport build() {
      return new VerifyReport(
          problems, unnamed, notes, new Counts(logs, schemas, segments, batches, events, bytes));
    }
  }
}
