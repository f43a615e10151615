package io.varve;

import io.varve.base.NoSuchStreamException;
import io.varve.base.StoreFailedException;
import io.varve.format.FileNames;
import io.varve.format.SchemaFile;
import io.varve.io.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The schemas that a store's structured values were written with, each under its fingerprint. What
 * a schema says is the business of whoever reads the values.
 *
 * <p>Thread: safe.
 */
public final class SchemaStore {

  private final Directory folder;
  private final String nonce;
  private final AtomicLong number = new AtomicLong();

  SchemaStore(Directory store, String nonce) {
    this.folder = store.folder("schemas");
    this.nonce = nonce;
  }

  /**
   * Stores a schema; it is durable on return. Storing the same one again does nothing.
   *
   * @throws StoreFailedException if another schema has that fingerprint
   */
  public void put(long fingerprint, byte[] schema) {
    String name = FileNames.schema(fingerprint);
    try {
      folder.create();
      if (folder.contains(name)) {
        // Who stored it may have died before its entry was durable.
        folder.sync();
      } else {
        String temporary = "new-" + nonce + "-" + number.incrementAndGet();
        folder.writeAll(temporary, SchemaFile.encode(fingerprint, schema));
        if (folder.publish(temporary, name)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new StoreFailedException("Storing schema " + name + " in " + folder + " failed", e);
    }
    if (!Arrays.equals(get(fingerprint), schema)) {
      throw new StoreFailedException(
          folder + " holds another schema under fingerprint " + name, null);
    }
  }

  /**
   * The schema with that fingerprint.
   *
   * @throws NoSuchStreamException if the store does not hold it
   */
  public byte[] get(long fingerprint) {
    String name = FileNames.schema(fingerprint);
    try {
      return SchemaFile.decode(
          folder.readAll(name, SchemaFile.BYTES_MAX), fingerprint, folder.path() + "/" + name);
    } catch (NoSuchFileException e) {
      throw new NoSuchStreamException("No schema " + name + " in " + folder);
    } catch (IOException e) {
      throw new StoreFailedException("Reading schema " + name + " in " + folder + " failed", e);
    }
  }
}
