package io.varve.examples.run;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells the user what goes on: a line for each step, and while one takes its time, a bar that is
 * redrawn in place. Where the output is no terminal, a plain line every few seconds stands in.
 *
 * <p>Thread: safe, guarded by this.
 */
public final class Screen {
  private static final long PLAIN_INTERVAL_MS = 3_000;
  private static final long PLAIN_UNCHANGED_INTERVAL_MS = 15_000;
  private static final int INDENT = 10;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final int columns;
  private final boolean color;
  private final long startedNanos = System.nanoTime();
  private long lastPlainMs = -PLAIN_INTERVAL_MS;
  private long lastPlainDone = -1;
  private boolean barShown;
  private boolean ended;

  /**
   * @param columns the terminal's width; 0 where there is no terminal
   */
  public Screen(PrintStream out, int columns, boolean color) {
    this.out = out;
    this.columns = columns;
    this.color = color && columns > 0;
  }

  /** Something begins or is done. */
  public void step(String format, Object... arguments) {
    line("%6.1f s  ".formatted(seconds()) + String.format(Locale.ROOT, format, arguments));
  }

  /** More about the last step. */
  public void note(String format, Object... arguments) {
    line(" ".repeat(INDENT) + String.format(Locale.ROOT, format, arguments));
  }

  /** A line as it is. */
  public synchronized void line(String line) {
    if (ended) {
      return;
    }
    clearBar();
    out.println(line);
    out.flush();
  }

  /** The last line: whatever another thread still has to say is not shown. */
  public synchronized void end(String line) {
    line(line);
    ended = true;
  }

  /** Shows how far something is. May be called often. */
  public synchronized void progress(String what, long done, long total, double perSecond) {
    if (ended) {
      return;
    }
    String counts =
        String.format(Locale.ROOT, "%,d of %,d %s  %,.0f/s", done, total, what, perSecond);
    if (columns == 0) {
      long nowMs = (long) (seconds() * 1000);
      boolean unchanged = done == lastPlainDone;
      if (nowMs - lastPlainMs >= (unchanged ? PLAIN_UNCHANGED_INTERVAL_MS : PLAIN_INTERVAL_MS)) {
        lastPlainMs = nowMs;
        lastPlainDone = done;
        note("%s", counts);
      }
      return;
    }
    int width = Math.max(0, Math.min(40, columns - INDENT - counts.length() - 4));
    int filled = (int) (total <= 0 ? width : Math.min(width, width * done / total));
    String bar = accent("█".repeat(filled)) + faint("░".repeat(width - filled));
    out.print(CLEAR_LINE + " ".repeat(INDENT) + bar + "  " + counts);
    out.flush();
    barShown = true;
  }

  private void clearBar() {
    if (barShown) {
      out.print(CLEAR_LINE);
      barShown = false;
    }
  }

  /** Since the screen was made. */
  public double seconds() {
    return (System.nanoTime() - startedNanos) / 1e9;
  }

  /** Green, where there is colour. */
  public String good(String text) {
    return painted("32", text);
  }

  /** Red, where there is colour. */
  public String bad(String text) {
    return painted("31;1", text);
  }

  /** Bold, where there is colour. */
  public String strong(String text) {
    return painted("1", text);
  }

  private String accent(String text) {
    return painted("36", text);
  }

  private String faint(String text) {
    return painted("2", text);
  }

  private String painted(String code, String text) {
    return color && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
