package io.varve.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubscriptionExampleTest {

  @Test
  void sendsAllMailsButTheOneThatCannotBeSent(@TempDir Path folder) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SubscriptionExample.run(folder.resolve("store"), new PrintStream(out, true, UTF_8));
    assertThat(out.toString(UTF_8).lines())
        .containsExactly("mail to anna", "mail to bert", "mail to carl", "given up: 1");
  }
}
