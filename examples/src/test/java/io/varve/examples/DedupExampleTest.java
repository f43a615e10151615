package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DedupExampleTest {

  @Test
  void storesEachPaymentOnce(@TempDir Path folder) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DedupExample.run(folder.resolve("store"), new PrintStream(out, true, UTF_8));
    assertThat(out.toString(UTF_8).lines())
        .containsExactly(
            "payment 1: stored",
            "payment 2: stored",
            "payment 1: was there",
            "payment 2: was there",
            "payment 3: stored");
  }
}
