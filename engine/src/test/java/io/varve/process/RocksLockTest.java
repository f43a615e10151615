package io.varve.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.rocks.FolderClaim;
import io.varve.rocks.RocksHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What RocksDB says of a folder that is open elsewhere, and of one that can't be opened. */
final class RocksLockTest {

  @TempDir Path folder;

  private RocksDBException failure() {
    RocksDB.loadLibrary();
    try (Options options = new Options()) {
      return catchThrowableOfType(
          RocksDBException.class, () -> RocksDB.open(options, folder.toString()));
    }
  }

  @Test
  void aFolderThatAnotherProcessHasOpenIsInUse() throws Exception {
    try (Child other = Child.start(RocksProcess.class, folder.toString())) {
      assertThat(other.line()).isEqualTo("open 0");
      RocksDBException failure = failure();
      assertThat(FolderClaim.isInUse(failure, folder.toString())).isTrue();
      assertThat(FolderClaim.isInUse(failure, folder.resolveSibling("x").toString())).isFalse();
      assertThat(RocksHandles.isDamage(failure)).isFalse();
    }
  }

  @Test
  void aFolderThatThisProcessHasOpenIsInUse() throws Exception {
    RocksDB.loadLibrary();
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB db = RocksDB.open(options, folder.toString())) {
      assertThat(db.isClosed()).isFalse();
      assertThat(FolderClaim.isInUse(failure(), folder.toString())).isTrue();
    }
  }

  @Test
  void aLockThatCannotBeOpenedIsNotInUse() throws Exception {
    Files.createSymbolicLink(folder.resolve("LOCK"), Path.of("LOCK"));
    RocksDBException failure = failure();
    assertThat(failure).hasMessageContaining("LOCK");
    assertThat(FolderClaim.isInUse(failure, folder.toString())).isFalse();
    assertThat(RocksHandles.isDamage(failure)).isFalse();
  }
}
