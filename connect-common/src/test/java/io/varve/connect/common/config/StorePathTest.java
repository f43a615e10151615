package io.varve.connect.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorePathTest {
  private static final ConfigDef.Validator WRITING = StorePath.forWriting();
  private static final ConfigDef.Validator READING = StorePath.forReading();

  @TempDir Path folder;

  @Test
  void aMissingFolderCanBeMadeButNotRead() {
    Path missing = folder.resolve("a/b/store");
    accepts(WRITING, missing);
    assertThat(folder.resolve("a")).as("checking makes nothing").doesNotExist();
    refuses(READING, missing, "expected a store, found nothing");
  }

  @Test
  void anEmptyFolderCanBecomeAStore() throws IOException {
    accepts(WRITING, folder);
    refuses(READING, folder, "found a folder without one");
    assertThat(folder).as("checking makes nothing").isEmptyDirectory();
  }

  @Test
  void aStoreMayBeginOnANewVolumeAndWhileAnotherTaskBeginsIt() throws IOException {
    Files.createDirectory(folder.resolve("lost+found"));
    Files.writeString(folder.resolve("new-STORE-1"), "");
    accepts(WRITING, folder);
    refuses(READING, folder, "found a folder without one");
  }

  /** Tasks start at the same time, and the first one makes the folder while others look. */
  @Test
  void aFolderMayComeWhileItIsLookedFor() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      Path coming = folder.resolve("store-" + i);
      CountDownLatch looking = new CountDownLatch(1);
      Thread other =
          new Thread(
              () -> {
                looking.countDown();
                coming.toFile().mkdir();
              });
      other.start();
      looking.await();
      accepts(WRITING, coming);
      other.join();
    }
  }

  @Test
  void aStoreIsAccepted() throws IOException {
    Files.writeString(folder.resolve("STORE"), "");
    accepts(WRITING, folder);
    accepts(READING, folder);
  }

  @Test
  void aFolderOfOtherFilesIsNoStore() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "");
    refuses(WRITING, folder, "found a folder with other files");
    refuses(READING, folder, "found a folder without one");
  }

  @Test
  void aFileIsNoStoreAndHoldsNone() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    refuses(WRITING, file, "expected a folder, found a file");
    refuses(READING, file, "expected a folder, found a file");
    refuses(WRITING, file.resolve("below"), file + " is a file");
  }

  @Test
  void aFolderThatMayNotBeWrittenIsRefusedForWriting() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(locked), "this user may write everywhere, as root may");
    refuses(WRITING, locked, "the worker's user may write to");
    refuses(WRITING, locked.resolve("below"), "may not write to " + locked);
  }

  @Test
  void aPathMustBeAbsolute() {
    refuses(WRITING, "store", "expected an absolute path");
    refuses(WRITING, "", "expected an absolute path");
    refuses(WRITING, "/a\0b", "expected a path");
  }

  private static void accepts(ConfigDef.Validator validator, Path path) {
    assertThatCode(() -> validator.ensureValid("store.path", path.toString()))
        .doesNotThrowAnyException();
  }

  private static void refuses(ConfigDef.Validator validator, Object path, String message) {
    assertThatThrownBy(() -> validator.ensureValid("store.path", path.toString()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("store.path")
        .hasMessageContaining(message);
  }
}
