package io.varve.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.base.BadSettingException;
import java.time.Instant;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions name the times that their fields say, in their zone. */
final class CronTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Unix
        "*/5 * * * *            | 2026-03-01T10:01:00Z     | 2026-03-01T10:05:00Z",
        "*/5 * * * *            | 2026-03-01T10:05:00Z     | 2026-03-01T10:10:00Z",
        "0 9 * * 1-5            | 2026-03-06T09:00:00Z     | 2026-03-09T09:00:00Z",
        "0 0 29 2 *             | 2026-03-01T00:00:00Z     | 2028-02-29T00:00:00Z",
        "0 0 13 * 5             | 2026-12-12T00:00:00Z     | 2026-12-13T00:00:00Z",
        "0 0 * * 7              | 2026-03-02T00:00:00Z     | 2026-03-08T00:00:00Z",
        // Quartz
        "*/5 * * * * ?          | 2026-03-01T10:00:04.999Z | 2026-03-01T10:00:05Z",
        "* * * * * ?            | 2026-03-01T10:00:00.500Z | 2026-03-01T10:00:01Z",
        "0 0 12 ? * MON-FRI     | 2026-03-06T12:00:00Z     | 2026-03-09T12:00:00Z",
        "0 0 0 L * ?            | 2026-02-01T00:00:00Z     | 2026-02-28T00:00:00Z",
        "0 0 0 ? * 2#5          | 2026-11-01T00:00:00Z     | 2026-11-30T00:00:00Z",
        "0 0 0 1 1 ? 2030       | 2026-11-01T00:00:00Z     | 2030-01-01T00:00:00Z",
        // zones
        "TZ=Europe/Berlin 0 9 * * *  | 2026-01-01T08:30:00Z | 2026-01-02T08:00:00Z",
        "TZ=Europe/Berlin 0 9 * * *  | 2026-07-01T08:30:00Z | 2026-07-02T07:00:00Z",
        "TZ=+05:30 0 9 * * *         | 2026-07-01T00:00:00Z | 2026-07-01T03:30:00Z",
        // what the clocks skip does not come, what goes on every hour does
        "TZ=Europe/Berlin 30 2 * * * | 2026-03-29T00:00:00Z | 2026-03-30T00:30:00Z",
        "TZ=Europe/Berlin 0 * * * *  | 2026-03-29T00:00:00Z | 2026-03-29T01:00:00Z",
        // what they show twice comes once, what goes on every hour comes twice
        "TZ=Europe/Berlin 30 2 * * * | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z",
        "TZ=Europe/Berlin 0 * * * *  | 2026-10-25T00:00:00Z | 2026-10-25T01:00:00Z"
      })
  void namesTheNextTime(String expression, String after, String next) {
    long nextMs = Cron.parse(expression).next(Instant.parse(after).toEpochMilli());
    assertThat(Instant.ofEpochMilli(nextMs)).isEqualTo(Instant.parse(next));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | 0 fields",
        "@daily                    | 1 fields",
        "* * * *                   | 4 fields",
        "* * * * * ? * *           | 8 fields",
        "61 * * * *                | Value 61 not in range [0, 59]",
        "a b c d e                 | Invalid chars",
        "0/0 * * * *               | Period 0",
        "0 0 12 * * *              | day-of-week AND a day-of-month",
        "0 0 31 2 *                | never fires",
        "0 0 0 31 4,6,9,11 ?       | never fires",
        "0 0 0 29 2 ? 2023         | never fires",
        "0 0 0 31W 2 ?             | not known",
        "TZ=Nowhere/City 0 0 * * * | no time zone 'Nowhere/City'",
        "TZ=UTC                    | 0 fields"
      })
  void whatCannotBeIsRefusedWithTheExpressionAndAReason(String expression, String reason) {
    assertThatThrownBy(() -> Cron.parse(expression))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'" + expression + "'")
        .hasMessageContaining(reason);
  }

  @Test
  void noExpressionIsLongerThanABound() {
    assertThatThrownBy(() -> Cron.parse("0 " + ",1".repeat(10_000) + " * * *"))
        .hasMessageContaining("20008 characters, where 256 are allowed")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void anExpressionWithYearsEnds() {
    Cron cron = Cron.parse("0 0 0 1 1 ? 2026-2027");
    long first = cron.next(0);
    long second = cron.next(first);
    assertThat(Instant.ofEpochMilli(first)).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(Instant.ofEpochMilli(second)).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
    assertThat(cron.next(second)).isEqualTo(Cron.NONE);
    assertThat(cron.next(Long.MAX_VALUE)).isEqualTo(Cron.NONE);
    assertThat(cron.next(Long.MIN_VALUE)).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"*/7 * * * *", "*/10 * * * * ?", "15 2,3 * * *", "30 0 * * *", "0 0 1-5/2 ? * *"})
  void timesRiseInEveryZoneAndEachIsTheFirstBehindAnyPlaceBefore(String fields) {
    Random random = new Random(42);
    TreeSet<String> zones = new TreeSet<>(java.time.ZoneId.getAvailableZoneIds());
    for (String zone : zones) {
      if (random.nextInt(8) > 0) {
        continue;
      }
      Cron cron = Cron.parse("TZ=" + zone + " " + fields);
      long at = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
      at += (long) (random.nextDouble() * 250 * 86_400_000.0);
      for (int i = 0; i < 40; i++) {
        long next = cron.next(at);
        assertThat(next).isGreaterThanOrEqualTo(Cron.earliestNext(at));
        long between = at + (long) (random.nextDouble() * (next - at));
        assertThat(Cron.parse(cron.toString()).next(between)).as("%s %s", zone, at).isEqualTo(next);
        at = next;
      }
    }
  }
}
