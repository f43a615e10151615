package io.varve.state;

import io.varve.io.ReadFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** A snapshot as a checkpoint keeps it: copies of its files, elsewhere, and its meta. */
final class CopiedSnapshot {

  final Map<String, byte[]> files = new HashMap<>();
  final byte[] meta;
  long copiedBytes;

  /** Copies what {@code base} doesn't have. */
  CopiedSnapshot(StateSnapshot snapshot, CopiedSnapshot... base) throws IOException {
    snapshot.await();
    for (SnapshotFile file : snapshot.files()) {
      byte[] known = null;
      for (CopiedSnapshot one : base) {
        known = known == null ? one.files.get(file.name()) : known;
      }
      if (known == null) {
        known = new byte[(int) file.bytes()];
        file.source().read(ByteBuffer.wrap(known), 0);
        copiedBytes += known.length;
      }
      files.put(file.name(), known);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeMeta(out);
    meta = out.toByteArray();
    snapshot.close();
  }

  RestoredSnapshot restored() {
    return restored(table -> table);
  }

  RestoredSnapshot restored(IntUnaryOperator tables) {
    return new RestoredSnapshot(new ByteArrayInputStream(meta), tables, this::open);
  }

  private ReadFile open(String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new IOException("no file " + name);
    }
    return new SmallSnapshot.BytesFile(bytes);
  }
}
