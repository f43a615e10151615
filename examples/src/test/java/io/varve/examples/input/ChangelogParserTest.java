package io.varve.examples.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangelogParserTest {

  @Test
  void readsTheFactsOfEachRelease() throws IOException {
    assertThat(
            parse(
                """
                bash (5.2.15-2) unstable; urgency=medium

                  * Remove one more pdf file without source. Closes: #1024598.

                 -- Some One <some.one@example.org>  Mon, 02 Jan 2023 13:06:21 +0100

                bash (5.2-3) bookworm-security experimental; urgency=HIGH, binary-only=yes

                  * Apply upstream patches.

                 -- Other <other@example.org>  Sat, 31 Dec 2022 11:32:01 -0000
                """))
        .containsExactly(
            new Release(
                "bash",
                "5.2.15-2",
                "unstable",
                "medium",
                OffsetDateTime.parse("2023-01-02T12:06:21Z")),
            new Release(
                "bash",
                "5.2-3",
                "bookworm-security experimental",
                "high",
                OffsetDateTime.parse("2022-12-31T11:32:01Z")));
  }

  @Test
  void keepsNoPeople() throws IOException {
    List<Release> releases =
        parse(
            """
            x (1) unstable; urgency=low
              * Thanks to A Person <a.person@example.org>.
             -- B Person <b.person@example.org>  Mon,  5 Jan 2004 01:02:03 +0000
            """);
    assertThat(releases).hasSize(1);
    assertThat(new String(releases.get(0).toEvent().value().array()))
        .isEqualTo(
            "{\"package\":\"x\",\"version\":\"1\",\"distribution\":\"unstable\","
                + "\"urgency\":\"low\",\"released\":\"2004-01-05T01:02:03Z\"}")
        .doesNotContain("erson");
  }

  @Test
  void readsWhatOlderChangelogsWrote() throws IOException {
    assertThat(
            parse(
                """
                dpkg (1.4.0.8) frozen unstable; priority=MEDIUM
                 -- N <n@example.org>  Mon,  23 February 2004 13:10:00 +0900
                dpkg (1.4.0.7) stable
                 -- no metadata, so no entry <n@example.org>  Mon, 23 Feb 2004 13:10:00 +0900
                dpkg (1.4.0.6) stable;
                 -- no date <n@example.org>
                dpkg (1.4.0.5) stable;
                 -- N <n@example.org>  Mon, 31 Feb 2004 13:10:00 +0900
                Old Changelog:
                 -- N <n@example.org>  Mon, 23 Feb 2004 13:10:00 +0900
                """))
        .extracting(Release::version, Release::urgency)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("1.4.0.8", "medium"));
  }

  @Test
  void anUpstreamChangelogIsNotReadOn() throws IOException {
    assertThat(
            parse(
                """
                2023-01-02  release 1.2
                x (1) unstable; urgency=low
                 -- N <n@example.org>  Mon,  5 Jan 2004 01:02:03 +0000
                """))
        .isEmpty();
  }

  private static List<Release> parse(String changelog) throws IOException {
    List<Release> releases = new ArrayList<>();
    ChangelogParser.parse(new BufferedReader(new StringReader(changelog)), releases::add);
    return releases;
  }
}
