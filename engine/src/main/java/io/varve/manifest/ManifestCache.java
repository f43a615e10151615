package io.varve.manifest;

import io.varve.format.Manifest;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * The newest manifest of a log that this opening of the store has come by, so that opening a reader
 * among very many segments need not decode it again. A number is given once, so what has the number
 * is the same.
 *
 * <p>Thread: safe.
 */
public final class ManifestCache {

  private volatile SoftReference<Manifest> newest = new SoftReference<>(Manifest.empty());

  /** The manifest of that number, or null if it is not at hand. */
  @Nullable Manifest get(long number) {
    Manifest manifest = newest.get();
    return manifest != null && manifest.number() == number ? manifest : null;
  }

  /** Keeps a manifest that was read from its file, or committed. */
  void put(Manifest manifest) {
    newest = new SoftReference<>(manifest);
  }
}
