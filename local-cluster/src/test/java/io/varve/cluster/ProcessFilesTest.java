package io.varve.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFilesTest {
  @TempDir Path folder;

  @Test
  void whatThreadsWereDoingIsTakenFromTheLastDump() throws IOException {
    ProcessFiles files = new ProcessFiles(folder, "worker");
    assertThat(files.stacks(List.of("shutdown"))).isEmpty();
    Files.writeString(
        files.console(),
        """
        started
        Full thread dump OpenJDK 64-Bit Server VM

        "connect-shutdown-hook" #5 prio=5
           at an.Earlier(Place)

        Full thread dump OpenJDK 64-Bit Server VM

        "idle" #4 prio=5 of shutdown
           at java.lang.Object.wait(Object.java)

        "connect-shutdown-hook" #5 prio=5
           java.lang.Thread.State: WAITING
           at org.eclipse.jetty.Server.stop(Server.java)

        JNI global refs: 1
        """);
    assertThat(files.stacks(List.of("shutdown", "Herder")))
        .contains("\"connect-shutdown-hook\" #5", "Server.stop")
        .doesNotContain("Earlier", "idle", "JNI");
  }
}
