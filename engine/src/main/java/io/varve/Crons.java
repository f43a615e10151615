package io.varve;

import io.varve.base.BadSettingException;
import io.varve.delay.Cron;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cron expressions that came lately, understood: many events have the same. Bad ones are kept
 * as well, so that each is told of once.
 *
 * <p>Thread: confined to one.
 */
final class Crons {

  private static final int KEPT_MAX = 1024;

  /** The one that was asked for longest ago comes first. */
  private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * An expression.
   *
   * @param cron null if it is bad
   */
  private record Known(@Nullable Cron cron) {}

  /** Hears of an expression that is bad, the first time. */
  interface Listener {
    void bad(BadSettingException reason);
  }

  /** An expression's meaning; null if it is bad. */
  @Nullable Cron get(byte[] expression, Listener listener) {
    // Enough to say that it is too long.
    int length = Math.min(expression.length, 4 * Cron.LENGTH_MAX + 4);
    String text = new String(expression, 0, length, StandardCharsets.UTF_8);
    Known found = known.get(text);
    if (found == null) {
      found = new Known(parse(text, listener));
      known.put(text, found);
      if (known.size() > KEPT_MAX) {
        known.remove(known.keySet().iterator().next());
      }
    }
    return found.cron();
  }

  private static @Nullable Cron parse(String text, Listener listener) {
    try {
      return Cron.parse(text);
    } catch (BadSettingException e) {
      listener.bad(e);
      return null;
    }
  }
}
