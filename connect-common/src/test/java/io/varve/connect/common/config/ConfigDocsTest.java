package io.varve.connect.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

final class ConfigDocsTest {
  private static final Choices CHOICES = Choices.of("none", "zstd");

  @Test
  void aPageShowsEverySettingInItsGroupAndOrder() {
    ConfigDef definition =
        new ConfigDef()
            .define("plain", ConfigDef.Type.LIST, List.of("a", "b"), Importance.LOW, "No group.")
            .define(
                "segment.bytes",
                ConfigDef.Type.LONG,
                1L << 30,
                Limits.bytes(1 << 20, Integer.MAX_VALUE),
                Importance.MEDIUM,
                "When to roll.",
                "Log",
                2,
                Width.SHORT,
                "Segment size")
            .define(
                "retention.ms",
                ConfigDef.Type.LONG,
                -1L,
                Limits.millis(0, Long.MAX_VALUE).orMinusOne("for ever"),
                Importance.MEDIUM,
                "What to keep.",
                "Log",
                3,
                Width.SHORT,
                "Retention")
            .define(
                "store.path",
                ConfigDef.Type.STRING,
                ConfigDef.NO_DEFAULT_VALUE,
                StorePath.forWriting(),
                Importance.HIGH,
                "Where.",
                "Log",
                1,
                Width.LONG,
                "Store")
            .define(
                "codec",
                ConfigDef.Type.STRING,
                "none",
                CHOICES,
                Importance.LOW,
                "How.",
                "Log",
                4,
                Width.SHORT,
                "Codec",
                CHOICES)
            .defineInternal("hidden", ConfigDef.Type.STRING, "", Importance.LOW);

    assertThat(ConfigDocs.page("The sink's settings", "Intro.\n", definition))
        .isEqualTo(
            """
            # The sink's settings

            Intro.

            ## Log

            ### `store.path`

            Where.

            - Type: string
            - Default: none, it must be given
            - Allowed: an absolute path: a store, an empty folder, or one to be made
            - Importance: high

            ### `segment.bytes`

            When to roll.

            - Type: long
            - Default: 1073741824 (1 GiB)
            - Allowed: bytes: 1048576 (1 MiB) to 2147483647
            - Importance: medium

            ### `retention.ms`

            What to keep.

            - Type: long
            - Default: -1 (for ever)
            - Allowed: milliseconds: 0 or more, or -1 (for ever)
            - Importance: medium

            ### `codec`

            How.

            - Type: string
            - Default: `none`
            - Allowed: one of none, zstd
            - Importance: low

            ## Others

            ### `plain`

            No group.

            - Type: list
            - Default: `a,b`
            - Importance: low
            """);
  }

  @Test
  void limitsRefuseWhatLiesOutsideAndSayWhatIsAllowed() {
    Limits limits = Limits.millis(60_000, 86_400_000).orMinusOne("never");
    for (long value : new long[] {-1, 60_000, 86_400_000}) {
      assertThatCode(() -> limits.ensureValid("roll.ms", value)).doesNotThrowAnyException();
    }
    for (long value : new long[] {-2, 0, 59_999, 86_400_001}) {
      assertThatThrownBy(() -> limits.ensureValid("roll.ms", value))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("roll.ms")
          .hasMessageContaining(
              "expected milliseconds: 60000 (1 min) to 86400000 (1 d), or -1 (never)");
    }
    assertThat(Limits.plain(1, 10)).hasToString("1 to 10");
    assertThat(Limits.millis(1500, 7_200_000)).hasToString("milliseconds: 1500 to 7200000 (2 h)");
  }

  @Test
  void choicesAreCheckedWhateverTheirCaseAndRecommended() {
    assertThatCode(() -> CHOICES.ensureValid("codec", "ZSTD")).doesNotThrowAnyException();
    assertThatThrownBy(() -> CHOICES.ensureValid("codec", "rar"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected one of none, zstd");
    assertThat(CHOICES.validValues("codec", Map.of())).containsExactly("none", "zstd");
  }

  @Test
  void aVersionThatTheBuildDidNotGiveIsAnError() {
    assertThatThrownBy(() -> PluginVersion.of(ConfigDocsTest.class))
        .hasMessageContaining("varve-version.properties beside " + ConfigDocsTest.class.getName());
  }
}
