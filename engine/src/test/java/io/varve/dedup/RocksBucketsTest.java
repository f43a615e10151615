package io.varve.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.rocks.FolderClaim;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class RocksBucketsTest {
  private static final long CACHE_BYTES = 1 << 20;

  @TempDir Path folder;

  /** Two plugins of one worker, each with its own copy of RocksDB's library. */
  @Test
  void aFolderThatAnotherClassLoaderHasOpenIsInUse() throws Exception {
    String path = folder.toString();
    try (URLClassLoader other = new URLClassLoader(classPath(), null)) {
      AutoCloseable theirs = open(other, path);
      assertThatThrownBy(() -> RocksBuckets.open(path, CACHE_BYTES))
          .isInstanceOfSatisfying(
              RocksDBException.class, e -> assertThat(FolderClaim.isInUse(e, path)).isTrue());
      theirs.close();
      try (RocksBuckets ours = RocksBuckets.open(path, CACHE_BYTES)) {
        assertThatThrownBy(() -> open(other, path)).rootCause().hasMessageContaining("LOCK");
        assertThat(ours.load()).isEmpty();
      }
    }
  }

  private static AutoCloseable open(ClassLoader loader, String path) throws Exception {
    Class<?> theirs = loader.loadClass(RocksBuckets.class.getName());
    assertThat(theirs).isNotSameAs(RocksBuckets.class);
    var open = theirs.getDeclaredMethod("open", String.class, long.class);
    open.setAccessible(true);
    return (AutoCloseable) open.invoke(null, path, CACHE_BYTES);
  }

  private static URL[] classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(RocksBucketsTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
